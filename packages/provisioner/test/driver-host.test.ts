import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Report } from '../src/index.js';
import { semanticChange } from '../src/plan/index.js';
import type { BatchPlan } from '../src/host/protocol.js';
import { Host, resourcesOf } from './host.js';

let folder: TemporaryFolder;
let host: Host;
let others: Host[];
beforeEach(async () => {
  folder = await temporaryFolder('driver-host');
  host = await Host.start(folder.path);
  others = [];
});
afterEach(async () => {
  for (const one of [host, ...others]) await one.close('SIGKILL');
  await folder.remove();
});

/** Another host on the same data. */
async function another(env: NodeJS.ProcessEnv = {}): Promise<Host> {
  const one = await Host.start(folder.path, env);
  others.push(one);
  return one;
}

const config = (name: string) => ({ name, plan: '1xCPU-1 GB', zone: 'de-fra1' });
const servers = (names: string[], provider = 'local') => ({
  id: 'servers',
  type: 'server_batch' as const,
  infra: 'production',
  provider,
  server_configs: names.map(config),
});
const taskservs = (names: string[], more: { servers?: string[]; provider?: string } = {}) => ({
  id: 'taskservs',
  type: 'taskserv_batch' as const,
  infra: 'production',
  provider: 'local',
  taskservs: names,
  ...more,
});
const cluster = {
  id: 'cluster',
  type: 'cluster_batch' as const,
  infra: 'production',
  provider: 'local',
  cluster_type: 'buildkit',
};
const apply = (operation: ReturnType<typeof servers | typeof taskservs> | typeof cluster) =>
  host.run({ action: 'apply', operation });
const named = (run: Awaited<ReturnType<typeof apply>>) =>
  resourcesOf(run).map(({ action, kind, name }) => `${action} ${kind} ${name}`);

describe('planning a batch', () => {
  const plan = async (...operations: object[]) => {
    const run = await host.run({
      action: 'apply',
      operation: { id: 'plan', type: 'plan', infra: '', operations } as never,
    });
    const result = run.reports.at(-1);
    const data = result?.type === 'result' ? (result.data as BatchPlan) : undefined;
    return { run, data };
  };

  it('plans each operation on the resources that those before it will make', async () => {
    const { data } = await plan(
      servers(['web-01']),
      taskservs(['containerd'], { servers: ['web-01'] }),
      cluster,
    );
    expect(
      data?.operations.map(({ id, changes }) => [id, changes.map(({ change, name }) => `${change} ${name}`)]),
    ).toEqual([
      ['servers', ['create web-01']],
      ['taskservs', ['create web-01/containerd']],
      ['cluster', ['create buildkit']],
    ]);
    expect(data?.operations[2]?.changes[0]?.after).toMatchObject({ servers: ['web-01'] });
    expect(data?.operations[0]?.known_after).toEqual(['server web-01: id', 'server web-01: address']);
    expect(data).toMatchObject({ bases: [], drivers: [{ provider: 'local', driver: 'local' }] });
    // Nothing was made.
    expect(named(await apply(servers(['web-01'])))).toEqual(['created server web-01']);
  });

  it('is based on every existing resource that it read, and fails with the operation that is not possible', async () => {
    await apply(servers(['web-01', 'other']));
    const { data } = await plan(servers(['web-01']), taskservs(['containerd'], { servers: ['web-01'] }));
    expect(data?.bases).toMatchObject([{ kind: 'server', name: 'web-01', driver: 'local' }]);
    expect(data?.operations[0]?.changes).toEqual([]);
    const { run } = await plan(taskservs(['containerd'], { servers: ['gone'] }));
    expect(run.ended).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('Operation taskservs cannot be planned: Server gone does not exist'),
    });
  });

  it('plans a workflow with its settings and all that they import', async () => {
    const workspace = join(folder.path, 'workspace');
    await mkdir(join(workspace, 'production'), { recursive: true });
    const write = (name: string, text: string) => writeFile(join(workspace, name), text);
    await write('sizes.ncl', '{ small = "1xCPU-1 GB" }');
    const config = (count: string) => `
      let sizes = import "../sizes.ncl" in
      { servers = [{ name = "web-01", plan = sizes.small, zone = "de-fra1", ${count} }] }`;
    await write('production/config.ncl', config('provider = "local"'));
    const one = await another({ PROVISIONING_WORKSPACE: workspace });
    const planWorkflow = async () => {
      const workflow = { kind: 'servers', operation: 'create' };
      const operation = {
        id: 'w',
        type: 'plan_workflow',
        infra: 'production',
        settings: 'config.ncl',
        workflow,
      };
      const run = await one.run({ action: 'apply', operation: operation as never });
      const result = run.reports.at(-1);
      return { run, data: result?.type === 'result' ? (result.data as BatchPlan) : undefined };
    };
    const { data } = await planWorkflow();
    expect(data).toMatchObject({
      operations: [{ id: 'w', changes: [{ change: 'create', name: 'web-01' }] }],
      bases: [],
      settings: {
        value: { servers: [{ name: 'web-01', plan: '1xCPU-1 GB', labels: {} }] },
        files: [{ name: 'production/config.ncl' }, { name: 'sizes.ncl' }],
      },
    });
    // Another import is another input, though its name is the same; servers that are left alone are none.
    await apply(servers(['other']));
    await write('sizes.ncl', '{ small = "2xCPU-4 GB" }');
    const { data: changed } = await planWorkflow();
    expect(changed?.bases).toEqual([]);
    expect(changed?.settings?.files[0]).toEqual(data?.settings?.files[0]);
    expect(changed?.settings?.files[1]).not.toEqual(data?.settings?.files[1]);
    await write('production/config.ncl', config('plam = 1'));
    const { run } = await planWorkflow();
    expect(run.ended).toMatchObject({
      outcome: 'failed',
      permanent: true,
      error: expect.stringContaining('plam'),
    });
  });

  it('makes an operation refuse anything but what was approved, before its first act', async () => {
    const { data } = await plan(servers(['web-01']));
    const planned = data!.operations[0]!.changes.map(semanticChange);
    const approved = { ...servers(['web-01']), planned };
    const moved = { ...approved, server_configs: [{ ...config('web-01'), plan: 'larger' }] };
    for (const operation of [moved, { ...approved, planned: [] }])
      expect((await host.run({ action: 'apply', operation, fresh: true })).ended).toMatchObject({
        outcome: 'failed',
        permanent: true,
        error: expect.stringContaining('no longer applies to server web-01'),
      });
    const run = await host.run({ action: 'apply', operation: approved, fresh: true });
    expect(named(run)).toEqual(['created server web-01']);
    // A later attempt finds its own work and does the rest of what was approved.
    const again = await host.run({ action: 'apply', operation: approved, fresh: false });
    expect(named(again)).toEqual(['unchanged server web-01']);
  });
});

describe('applying', () => {
  it('waits with each act until its intent is stored, and does not act if it is not stored', async () => {
    host.stores = false;
    const id = host.begin({ action: 'apply', operation: servers(['web-01']) });
    await host.until(() => host.messages.some(({ type }) => type === 'intend'));
    const intend = host.messages.find((message) => message.type === 'intend');
    expect(intend).toMatchObject({
      id,
      intent: { action: 'created', kind: 'server', name: 'web-01', before: null },
    });
    expect(
      host.messages.filter((message) => message.type === 'report' && message.report.type === 'resource'),
    ).toEqual([]);
    host.send({ type: 'intended', id, number: intend!.number });
    await host.until(() => host.messages.some(({ type }) => type === 'ended'));
    host.begin({ action: 'apply', operation: servers(['web-02']) });
    await host.until(() => host.messages.filter(({ type }) => type === 'intend').length === 2);
    await host.close('SIGKILL');
    host = await Host.start(folder.path);
    const operation = servers(['web-01', 'web-02']);
    const run = await host.run({ action: 'apply', idempotency_key: 'later', operation });
    expect(resourcesOf(run).map(({ action, name }) => `${action} ${name}`)).toEqual([
      'unchanged web-01',
      'created web-02',
    ]);
  });

  it('says hello, creates, reports as the command does, and finds all unchanged the second time', async () => {
    await host.until(() => host.messages.length > 0);
    expect(host.messages[0]).toEqual({ type: 'hello', pid: host.child.pid });
    const first = await apply(servers(['web-01', 'web-02']));
    expect(first.ended).toMatchObject({ outcome: 'completed' });
    // The two are made concurrently.
    const types = first.reports.map(({ type }) => type);
    expect([types[0], types.at(-1)]).toEqual(['plan', 'result']);
    expect(types.slice(1, -1).sort()).toEqual(['resource', 'resource', 'step', 'step', 'step', 'step']);
    expect(first.reports.at(-1)).toMatchObject({ message: 'Successfully created 2 servers' });
    expect(first.logs).toContain('+ server web-01 (plan 1xCPU-1 GB, zone de-fra1)');
    expect(first.logs[0]).toContain('makes no real machine');
    expect(named(await apply(taskservs(['containerd', 'kubernetes'])))).toEqual([
      'created taskserv web-01/containerd',
      'created taskserv web-02/containerd',
      'created taskserv web-01/kubernetes',
      'created taskserv web-02/kubernetes',
    ]);
    expect(resourcesOf(await apply(cluster))[0]).toMatchObject({
      name: 'buildkit',
      after: { servers: ['web-01', 'web-02'] },
    });
    for (const again of [servers(['web-01', 'web-02']), taskservs(['containerd']), cluster]) {
      const run = await apply(again);
      expect(new Set(resourcesOf(run).map(({ action }) => action))).toEqual(new Set(['unchanged']));
      expect(run.ended.outcome).toBe('completed');
    }
  });

  it('keeps what the operation does not state', async () => {
    const labelled = servers(['web-01']);
    labelled.server_configs = [{ ...config('web-01'), labels: { role: 'web' } } as never];
    await apply(labelled);
    expect(named(await apply(servers(['web-01'])))).toEqual(['unchanged server web-01']);
  });

  it('only plans in check mode', async () => {
    const { ended, reports } = await host.run({
      action: 'apply',
      operation: servers(['web-01']),
      check: true,
    });
    expect(ended.outcome).toBe('completed');
    expect(reports).toMatchObject([
      { type: 'plan', steps: 1 },
      { type: 'result', data: { check: true, planned: { create: 1 } } },
    ]);
    expect(named(await apply(servers(['web-01'])))).toEqual(['created server web-01']);
  });

  it.each([
    ['an unknown provider', servers(['a'], 'hetzner'), 'Provider "hetzner" does not exist'],
    ['a server named twice', servers(['a', 'a']), 'must not contain server a twice'],
    ['a name that leads elsewhere', servers(['../../a']), 'is refused'],
    ['a missing server', taskservs(['x'], { servers: ['gone'] }), 'Server gone does not exist in production'],
    ['no servers at all', taskservs(['x']), 'Provider local has no servers in production'],
  ])('fails for good because of %s', async (_, operation, message) => {
    const { ended, reports } = await apply(operation);
    expect(ended).toMatchObject({
      outcome: 'failed',
      permanent: true,
      error: expect.stringContaining(message),
    });
    expect(reports).toEqual([{ type: 'error', message: ended.error }]);
  });

  it('fails permanently if another provider has a server of that name', async () => {
    await apply(servers(['web-01'], 'upcloud'));
    expect((await apply(servers(['web-01']))).ended).toMatchObject({ outcome: 'failed', permanent: true });
  });

  it('installs task services on the named servers at any provider, with a notice', async () => {
    await apply(servers(['web-01', 'web-02'], 'upcloud'));
    await apply(servers(['db-01'], 'aws'));
    const operation = taskservs(['containerd'], { provider: 'aws', servers: ['web-01', 'web-02', 'db-01'] });
    const note =
      'Note: The operation is for provider aws, but these servers are at upcloud: web-01, web-02. ' +
      'They are used, because the operation names them or depends on the operations that make them.';
    const names = ['web-01', 'web-02', 'db-01'].map((server) => `created taskserv ${server}/containerd`);

    const planned = await host.run({ action: 'apply', operation, check: true });
    expect(planned.logs).toContain(note);
    expect(resourcesOf(planned)).toEqual([]);
    const before = await host.run({ action: 'reconcile', operation, idempotency_key: 'both' });
    expect(before.ended).toMatchObject({ outcome: 'completed', satisfied: false });

    const applied = await host.run({ action: 'apply', operation, idempotency_key: 'both' });
    expect(named(applied)).toEqual(names);
    expect(applied.logs).toContain(note);
    expect(resourcesOf(applied).map(({ after }) => after?.['provider'])).toEqual([
      'upcloud',
      'upcloud',
      'aws',
    ]);
    // For each provider at which it acts, whether it falls back to the local driver.
    expect(applied.logs.filter((line) => line.includes('falls back to'))).toHaveLength(2);
    const after = await host.run({ action: 'reconcile', operation, idempotency_key: 'both' });
    expect(after.ended).toMatchObject({ outcome: 'completed', satisfied: true });

    const undone = await host.run({
      action: 'undo',
      operation,
      idempotency_key: 'both',
      changes: resourcesOf(applied),
    });
    expect(named(undone)).toEqual(names.toReversed().map((name) => name.replace('created', 'destroyed')));
  });

  it('uses only servers of its own provider if none are named', async () => {
    await apply(servers(['web-01'], 'upcloud'));
    await apply(servers(['db-01'], 'aws'));
    expect(named(await apply(taskservs(['containerd'], { provider: 'aws' })))).toEqual([
      'created taskserv db-01/containerd',
    ]);
  });

  it('does not require a provider at which it does not act', async () => {
    await apply(servers(['web-01'], 'local'));
    const strict = await another({ NODE_ENV: 'production', PROVISIONING_TEST_DRIVER: '' });
    const run = (id: string, operation: ReturnType<typeof taskservs>) =>
      strict.run({ id, action: 'apply', operation });
    const onNamed = taskservs(['containerd'], { provider: 'aws', servers: ['web-01'] });
    expect(named(await run('named', onNamed))).toEqual(['created taskserv web-01/containerd']);
    const { ended } = await run('its own', taskservs(['redis'], { provider: 'aws' }));
    expect(ended).toMatchObject({
      outcome: 'failed',
      permanent: true,
      error: expect.stringContaining('Provider aws has no credentials configured'),
    });
  });

  it('fails temporarily if a repetition may help', async () => {
    const operation = servers(['ok', 'fail-once-a', 'rest'], 'noop');
    const first = await host.run({ id: 'one', action: 'apply', operation, idempotency_key: 'k' });
    expect(first.ended).toMatchObject({ outcome: 'failed', permanent: false });
    expect(first.ended.error).toContain('Done: 2 of 3 servers. Not done: fail-once-a.');
    const second = await host.run({ id: 'two', action: 'apply', operation, idempotency_key: 'k' });
    expect(second.ended.outcome).toBe('completed');
    const [last, ...recalled] = [...named(second)].reverse();
    expect(recalled.sort()).toEqual(['created server ok', 'created server rest']);
    expect(last).toBe('created server fail-once-a');
    expect((await apply(servers(['fail-b'], 'noop'))).ended).toMatchObject({ outcome: 'failed' });
  });
});

/** The reports of an operation so far. */
function reported(id: string): Report[] {
  return host.of(id).flatMap((message) => (message.type === 'report' ? [message.report] : []));
}

describe('cancelling', () => {
  it('finishes only started acts, and reports what is done', async () => {
    const id = host.begin({ action: 'apply', operation: servers(['a', 'slow-60000-b', 'c'], 'noop') });
    await host.until(() =>
      ['a', 'c'].every((name) => reported(id).some((report) => 'name' in report && report.name === name)),
    );
    host.send({ type: 'cancel', id });
    const { ended, reports } = await host.end(id);
    expect(ended).toMatchObject({ outcome: 'cancelled' });
    expect(ended.error).toContain('Done: 2 of 3 servers. Not done: slow-60000-b.');
    expect(reports.at(-1)).toEqual({ type: 'error', message: ended.error });
  });

  it('finishes a started act of the local driver', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    const id = host.begin({ action: 'apply', operation: servers(names) });
    await host.until(() => host.of(id).filter((m) => m.type === 'report').length > 10);
    host.send({ type: 'cancel', id });
    const run = await host.end(id);
    expect(run.ended.outcome).toBe('cancelled');
    const made = resourcesOf(run).length;
    expect(made).toBeLessThan(names.length);
    expect(run.ended.error).toContain(`Done: ${made} of 300 servers.`);
    const rest = await host.run({ action: 'reconcile', operation: servers(names), idempotency_key: id });
    expect(resourcesOf(rest)).toHaveLength(made);
  });

  it('ignores unknown operations, and runs many concurrently', async () => {
    host.send({ type: 'cancel', id: 'never-heard-of' });
    const slow = host.begin({ action: 'apply', operation: servers(['slow-60000-x'], 'noop') });
    const many = Array.from({ length: 50 }, (_, index) =>
      host.run({ id: `n${index}`, action: 'apply', operation: servers([`n${index}`], 'noop') }),
    );
    for (const { ended } of await Promise.all(many)) expect(ended.outcome).toBe('completed');
    host.send({ type: 'cancel', id: slow });
    expect((await host.end(slow)).ended.outcome).toBe('cancelled');
  });
});

describe('undoing', () => {
  it('destroys what was created, and skips what is gone', async () => {
    const made = await apply(servers(['web-01', 'web-02']));
    await apply(taskservs(['containerd'], { servers: ['web-02'] }));
    const changes = resourcesOf(made);
    const undo = {
      action: 'undo' as const,
      operation: servers(['web-01', 'web-02']),
      idempotency_key: 'run-1',
    };
    const undone = await host.run({ ...undo, changes });
    // The servers were made concurrently, so their order is open; dependents come before them.
    expect([...named(undone)].sort()).toEqual([
      'destroyed server web-01',
      'destroyed server web-02',
      'destroyed taskserv web-02/containerd',
    ]);
    const [service, server] = ['taskserv web-02/containerd', 'server web-02'].map((thing) =>
      named(undone).indexOf(`destroyed ${thing}`),
    );
    expect(service).toBeLessThan(server!);
    expect(undone.reports.at(-1)).toMatchObject({ message: 'Undone: 2 of 2 changes' });
    const again = await host.run({ ...undo, changes });
    expect(again.ended.outcome).toBe('completed');
    expect(
      again.reports.filter((report) => report.type === 'step' && report.state === 'skipped'),
    ).toHaveLength(2);
    const bothServers = expect.arrayContaining(['server web-01', 'server web-02']);
    expect(again.reports.at(-1)).toMatchObject({ data: { already_gone: bothServers } });
  });

  it('does not change another server of the same name', async () => {
    const changes = resourcesOf(await apply(servers(['web-01'])));
    await host.run({ action: 'undo', operation: servers(['web-01']), idempotency_key: 'run-1' });
    await apply(servers(['web-01']));
    const undone = await host.run({ action: 'undo', operation: servers(['web-01']), changes });
    expect(undone.reports.at(-1)).toMatchObject({ data: { already_gone: ['server web-01'] } });
    expect(named(await apply(servers(['web-01'])))).toEqual(['unchanged server web-01']);
  });

  it('reverses changes, and creates replaced servers again with their task services', async () => {
    await apply(servers(['web-01', 'web-02']));
    await apply(taskservs(['containerd']));
    const altered = servers(['web-01', 'web-02']);
    altered.server_configs = [
      { ...config('web-01'), plan: 'bigger' },
      { ...config('web-02'), zone: 'us-nyc1' },
    ];
    const run = await apply(altered);
    // Both servers at once, and each step by step.
    const about = (name: string, lines: readonly string[]) => lines.filter((line) => line.includes(name));
    expect(about('web-01', named(run))).toEqual(['changed server web-01']);
    expect(about('web-02', named(run))).toEqual([
      'destroyed taskserv web-02/containerd',
      'destroyed server web-02',
      'created server web-02',
    ]);
    const undone = await host.run({ action: 'undo', operation: altered, changes: resourcesOf(run) });
    expect(about('web-01', named(undone))).toEqual(['changed server web-01']);
    expect(about('web-02', named(undone))).toEqual([
      'destroyed server web-02',
      'created server web-02',
      'created taskserv web-02/containerd',
    ]);
    expect(
      new Set(named(await apply(servers(['web-01', 'web-02']))).map((line) => line.split(' ')[0])),
    ).toEqual(new Set(['unchanged']));
  });

  it('refuses changes of another program before any act', async () => {
    const changes = resourcesOf(await apply(servers(['web-01'])));
    const foreign = { ...changes[0]!, kind: 'aws_instance' };
    const { ended } = await host.run({
      action: 'undo',
      operation: servers(['web-01']),
      changes: [foreign, ...changes],
    });
    expect(ended).toMatchObject({ outcome: 'failed', permanent: true });
    expect(named(await apply(servers(['web-01'])))).toEqual(['unchanged server web-01']);
  });

  it('finds what a killed host did and did not report', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    const id = host.begin({ action: 'apply', operation: servers(names), idempotency_key: 'killed' });
    await host.until(() => reported(id).filter(({ type }) => type === 'resource').length >= 3);
    expect(await host.close('SIGKILL')).toBe('SIGKILL');
    const next = await another();
    const request = { operation: servers(names), idempotency_key: 'killed' };
    const found = await next.run({ action: 'reconcile', ...request });
    expect(found.ended).toMatchObject({ outcome: 'completed', satisfied: false });
    const made = resourcesOf(found).length;
    expect(made).toBeGreaterThanOrEqual(3);
    // Only the first of the changes was reported.
    const undone = await next.run({ action: 'undo', ...request, changes: resourcesOf(found).slice(0, 1) });
    expect(undone.ended.outcome).toBe('completed');
    expect(resourcesOf(undone).map(({ action }) => action)).toEqual(Array(made).fill('destroyed'));
    expect(resourcesOf(await next.run({ action: 'reconcile', ...request }))).toEqual([]);
    const nothing = await next.run({ action: 'undo', ...request });
    expect(nothing.reports.at(-1)).toMatchObject({ type: 'result' });
  });

  it('continues after it was killed itself', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    const changes = resourcesOf(await apply(servers(names)));
    const undo = { action: 'undo' as const, operation: servers(names), idempotency_key: 'run-1', changes };
    const id = host.begin({ ...undo, id: 'undo' });
    await host.until(() => host.of(id).filter((m) => m.type === 'report').length > 10);
    await host.close('SIGKILL');
    const next = await another();
    const undone = await next.run(undo);
    expect(undone.ended.outcome).toBe('completed');
    expect(new Set(named(undone))).toEqual(new Set(names.map((name) => `destroyed server ${name}`)));
  });
});

describe('reconciling', () => {
  it('reports what is missing or different, and what this key did', async () => {
    await apply(servers(['web-01', 'web-02']));
    const wanted = servers(['web-01', 'web-02', 'web-03']);
    wanted.server_configs[1]!.plan = 'bigger';
    const run = await host.run({ action: 'reconcile', operation: wanted, idempotency_key: 'run-1' });
    expect(run.ended).toMatchObject({ outcome: 'completed', satisfied: false });
    expect(run.reports.at(-1)).toMatchObject({
      data: { missing: ['server web-02 (plan)', 'server web-03'] },
    });
    expect(named(run).sort()).toEqual(['created server web-01', 'created server web-02']);
    const all = await host.run({ action: 'reconcile', operation: servers(['web-01']) });
    expect(all.ended.satisfied).toBe(true);
    expect(named(all)).toEqual(['unchanged server web-01']);
  });

  it('counts the servers of task services as missing', async () => {
    const { ended, reports } = await host.run({
      action: 'reconcile',
      operation: taskservs(['x'], { servers: ['gone'] }),
    });
    expect(ended).toMatchObject({ outcome: 'completed', satisfied: false });
    expect(reports.at(-1)).toMatchObject({ data: { missing: ['server gone'] } });
  });
});

describe('the connection', () => {
  it.each([
    ['no JSON', 'run everything'],
    ['an unknown message', '{"type":"dance"}'],
    ['a message without its members', '{"type":"run","id":"x"}'],
  ])('ends at %s', async (_, line) => {
    host.socket.write(`${line}\n`);
    expect(await host.exited).toBe(1);
    expect(host.stderr).toContain('unknown message');
  });

  it('ends when an operation is started twice', async () => {
    const operation = servers(['slow-60000-x'], 'noop');
    for (let i = 0; i < 2; i++) host.begin({ id: 'same', action: 'apply', operation });
    expect(await host.exited).toBe(1);
    expect(host.stderr).toContain('same is running already');
  });

  it('ends the host when it ends', async () => {
    host.begin({ action: 'apply', operation: servers(['slow-60000-x'], 'noop') });
    const stuck = host.begin({ action: 'apply', operation: servers(['stuck-x'], 'noop') });
    await host.until(() => host.of(stuck).some(({ type }) => type === 'report'));
    expect(await host.close()).toBe(0);
  });

  it('does not start further acts when it ends', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    const id = host.begin({ action: 'apply', operation: servers(names) });
    await host.until(() => host.of(id).filter((m) => m.type === 'report').length > 10);
    expect(await host.close()).toBe(0);
    const next = await another();
    const found = await next.run({ action: 'reconcile', operation: servers(names), idempotency_key: id });
    expect(resourcesOf(found).length).toBeGreaterThanOrEqual(3);
    expect(resourcesOf(found).length).toBeLessThan(names.length);
  });

  it('is required', async () => {
    const alone = await Host.alone({ DRIVER_HOST_SOCKET: `${folder.path}/nobody` });
    expect(alone).toMatchObject({ status: 1, stderr: expect.stringContaining('no process listens') });
    const unset = await Host.alone({ PROVISIONING_DATA_DIR: '' });
    expect(unset.stderr).toMatch(/DRIVER_HOST_SOCKET.*PROVISIONING_DATA_DIR/);
  });
});
