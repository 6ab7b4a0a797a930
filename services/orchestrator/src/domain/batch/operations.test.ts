import { describe, expect, it } from '@jest/globals';
import type { Failure } from '@provisioning/errors';
import type { OperationSpec } from './batch.js';
import { checkOperations, planOperations, type Capabilities } from './operations.js';

const capabilities: Capabilities = {
  commands: new Set(['deploy']),
  providers: new Map([
    ['local', {}],
    ['aws', { unavailable: 'has no credentials configured' }],
  ]),
  definitions: {
    has: (kind, name) => name === { taskserv: 'containerd', cluster: 'buildkit' }[kind],
    fault: (kind, name) => `must be a defined ${kind}, and is "${name}"`,
  },
};

function command(id: string, more: Partial<OperationSpec> = {}): OperationSpec {
  return { id, type: 'command_batch', infra: 'default', dependencies: [], commands: ['deploy a b'], ...more };
}
const servers = (id: string, names: string[], more: Partial<OperationSpec> = {}): OperationSpec => ({
  id,
  type: 'server_batch',
  infra: 'default',
  dependencies: [],
  provider: 'local',
  server_configs: names.map((name) => ({ name })),
  ...more,
});

async function refused(specs: OperationSpec[]): Promise<Failure> {
  try {
    await checkOperations(specs, capabilities);
  } catch (error) {
    return error as Failure;
  }
  throw new Error('it was not refused');
}

describe('the check of a batch', () => {
  it('reports every fault with its path, twenty at most', async () => {
    const { kind, message, details } = await refused([
      command('a', { dependencies: ['nobody'] }),
      command('b', { commands: ['deploy x', 'rm -rf /'], undo_commands: ['sh -c true'] }),
      servers('c', ['web', 'web'], { provider: 'azure' }),
      servers('d', ['web'], { provider: 'aws' }),
    ]);
    expect(kind).toBe('invalid');
    expect(message).toBe(
      'The batch cannot be run: operations[0].dependencies[0] refers to "nobody", which is not an operation of this batch (and 5 more).',
    );
    expect(details!.map(({ path }) => path)).toEqual([
      'operations[0].dependencies[0]',
      'operations[1].commands[1]',
      'operations[1].undo_commands[0]',
      'operations[2].provider',
      'operations[2].server_configs[1].name',
      'operations[3].provider',
    ]);
    const many = Array.from({ length: 50 }, (_, index) => command(`o${index}`, { dependencies: ['x'] }));
    expect((await refused(many)).details).toHaveLength(20);
  });

  it('refuses what is small as a request and too large to store', async () => {
    const dense = Array.from({ length: 1_000 }, (_, index) =>
      command(`o${index}`, { dependencies: Array.from({ length: index }, (__, below) => `o${below}`) }),
    );
    expect((await refused(dense)).message).toContain(
      'must have at most 200000 dependencies in all, and have 499500',
    );
    const names = (count: number) => Array.from({ length: count }, (_, index) => `web-${index}`);
    const taskservs = (id: string): OperationSpec => ({
      id,
      type: 'taskserv_batch',
      infra: 'default',
      dependencies: ['m'],
      provider: 'local',
      taskservs: ['containerd'],
    });
    expect((await refused([servers('m', names(1_001)), taskservs('t')])).details).toEqual([
      {
        path: 'operations[1].servers',
        message: expect.stringContaining('without it, 1001 servers are meant'),
      },
    ]);
    const many = Array.from({ length: 101 }, (_, index) => taskservs(`t${index}`));
    expect((await refused([servers('m', names(1_000)), ...many])).details).toEqual([
      {
        path: 'operations[101].servers',
        message: expect.stringContaining('more than 100000 servers in all'),
      },
    ]);
    await checkOperations([servers('m', names(1_000)), ...many.slice(1)], capabilities);
  });

  it('refuses undefined task services and cluster types, except in operations that are kept', async () => {
    const about = { infra: 'default', dependencies: [], provider: 'local' };
    const specs: OperationSpec[] = [
      { ...about, id: 't', type: 'taskserv_batch', taskservs: ['containerd', 'kubernets'] },
      { ...about, id: 'c', type: 'cluster_batch', cluster_type: 'bildkit' },
    ];
    const { message, details } = await refused(specs);
    expect(details).toEqual([
      { path: 'operations[0].taskservs[1]', message: 'must be a defined taskserv, and is "kubernets"' },
      { path: 'operations[1].cluster_type', message: 'must be a defined cluster, and is "bildkit"' },
    ]);
    expect(message).toContain('operations[0].taskservs[1] must be a defined taskserv');
    expect(message).toContain('(and 1 more)');
    await checkOperations(specs, capabilities, new Set(['t', 'c']));
    const many = { ...specs[0]!, taskservs: Array.from({ length: 500 }, (_, index) => `none-${index}`) };
    expect((await refused([many])).details).toHaveLength(20);
    expect((await refused([many])).message).toContain('(and 499 more)');
  });

  it('pauses after each few hundred operations', async () => {
    const specs = Array.from({ length: 10_000 }, (_, index) => command(`o${index}`));
    let pauses = 0;
    const pause = () => {
      pauses += 1;
      return Promise.resolve();
    };
    await checkOperations(specs, capabilities, new Set(), pause);
    const ofCheck = pauses;
    await planOperations(specs, new Map(), pause);
    expect([ofCheck, pauses - ofCheck].every((count) => count >= 20)).toBe(true);
  });

  it('accepts a batch that can be run', async () => {
    const specs = [servers('m', ['web']), command('c', { dependencies: ['m'] })];
    await expect(checkOperations(specs, capabilities)).resolves.toBeUndefined();
  });
});

describe('the operations of a batch as rows', () => {
  it('count their dependencies, without those that are kept from an earlier batch', async () => {
    const specs = [
      command('a'),
      command('b', { dependencies: ['a'] }),
      command('c', { dependencies: ['a', 'b'] }),
    ];
    expect((await planOperations(specs)).map(({ status, pendingDeps }) => [status, pendingDeps])).toEqual([
      ['Waiting', 0],
      ['Blocked', 1],
      ['Blocked', 2],
    ]);
    const kept = await planOperations(specs, new Map([['a', 'earlier']]));
    expect(kept.map(({ status, pendingDeps, keptFrom }) => [status, pendingDeps, keptFrom])).toEqual([
      ['Completed', 0, 'earlier'],
      ['Waiting', 0, null],
      ['Blocked', 1, null],
    ]);
    expect(kept[2]!.dependsOn).toEqual([kept[0]!.id, kept[1]!.id]);
  });

  it('mark commands without retries as not repeatable, and drivers as able to report what they did', async () => {
    const [once, again, made] = await planOperations([
      command('once', { retries: 0 }),
      command('again', { undo_commands: ['deploy b a'] }),
      servers('made', ['web'], { retries: 0 }),
    ]);
    expect(once).toMatchObject({ repeatable: false, reconcilable: false, undoable: false, retries: 0 });
    expect(again).toMatchObject({ repeatable: true, reconcilable: false, undoable: true, retries: 2 });
    expect(made).toMatchObject({ repeatable: true, reconcilable: true, undoable: true });
  });

  it('place task services on the servers of their own infra that they depend on, at any depth', async () => {
    const taskservs = (more: Partial<OperationSpec>): OperationSpec => ({
      id: 't',
      type: 'taskserv_batch',
      infra: 'default',
      dependencies: ['c'],
      provider: 'local',
      taskservs: ['containerd'],
      ...more,
    });
    const below = [
      servers('m', ['web-01', 'web-02']),
      servers('elsewhere', ['db-01'], { infra: 'other' }),
      servers('beside', ['db-02']),
      command('c', { dependencies: ['m', 'elsewhere'] }),
    ];
    const planned = async (more: Partial<OperationSpec>) =>
      (await planOperations([...below, taskservs(more)])).at(-1)!.spec.servers;
    expect(await planned({})).toEqual(['web-01', 'web-02']);
    expect(await planned({ servers: ['db-02'] })).toEqual(['db-02']);
    expect(await planned({ dependencies: [] })).toBeUndefined();
  });
});
