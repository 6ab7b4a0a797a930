import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Survey, SurveyedThing } from '../state/survey.js';
import { planRestore, type RestorePlan } from './restore-plan.js';
import type { CheckpointItem } from './rollback.js';

const NAMES = ['a', 'b', 'c'];
let made = 0;

function item(kind: string, name: string, more: Record<string, unknown> = {}): CheckpointItem {
  const asked = {
    server: { plan: 'small', zone: 'z', image: null, labels: {}, storage_gb: null },
    taskserv: { server: name.split('/')[0], version: null, attributes: {} },
    cluster: { servers: [], version: null, attributes: {} },
  }[kind];
  const made_at = new Date(1000 * ++made).toISOString();
  const own = {
    id: `id-${made}`,
    infra: 'i',
    name: name.split('/').at(-1),
    provider: 'local',
    driver: 'local',
    made_at,
  };
  return { infra: 'i', kind, name, provider: 'local', driver: 'local', body: { ...own, ...asked, ...more } };
}

function surveyOf(items: readonly CheckpointItem[], more: Partial<Survey['infras'][number]> = {}): Survey {
  const things = items.map(
    ({ kind, name, driver, body }) => ({ kind, name, driver, body }) as unknown as SurveyedThing,
  );
  return { drivers: ['local'], infras: [{ infra: 'i', things, unanswered: [], ...more }] };
}

const acts = ({ steps }: RestorePlan) => steps.map(({ change, kind, name }) => `${change} ${kind} ${name}`);

/** Servers, task services on some of them, and perhaps a cluster: made in that order. */
const world = fc
  .record({
    servers: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...NAMES),
        plan: fc.constantFrom('p', 'q'),
        zone: fc.constantFrom('y', 'z'),
      }),
      {
        selector: ({ name }) => name,
      },
    ),
    taskservs: fc.uniqueArray(
      fc.record({
        server: fc.constantFrom(...NAMES),
        name: fc.constantFrom('redis', 'nginx'),
        version: fc.constantFrom('1', '2'),
      }),
      {
        selector: ({ server, name }) => `${server}/${name}`,
      },
    ),
    cluster: fc.boolean(),
  })
  .map(({ servers, taskservs, cluster }) => {
    const names = servers.map(({ name }) => name);
    return [
      ...servers.map(({ name, ...more }) => item('server', name, more)),
      ...taskservs
        .filter(({ server }) => names.includes(server))
        .map(({ server, name, version }) => item('taskserv', `${server}/${name}`, { version })),
      ...(cluster && names.length > 0 ? [item('cluster', 'buildkit', { servers: names })] : []),
    ];
  });

/** Applies a plan as a provider would: nothing exists on a server that does not. */
function carriedOut(there: readonly CheckpointItem[], { steps }: RestorePlan): CheckpointItem[] {
  const now = new Map(there.map((one) => [`${one.kind} ${one.name}`, one]));
  const on = (server: string) =>
    [...now.values()].filter(
      ({ kind, body }) =>
        kind !== 'server' &&
        (body['server'] === server || (body['servers'] as string[] | undefined)?.includes(server)),
    );
  for (const { change, kind, name, after, before } of steps) {
    const key = `${kind} ${name}`;
    if (change === 'create') {
      expect(now.has(key)).toBe(false);
      for (const server of (after?.['servers'] as string[] | undefined) ??
        (kind === 'taskserv' ? [after?.['server'] as string] : []))
        expect(now.has(`server ${server}`)).toBe(true);
      now.set(key, { infra: 'i', kind, name, provider: 'local', driver: 'local', body: after! });
    } else if (change === 'change')
      now.set(key, { ...now.get(key)!, body: { ...after!, id: before!['id'] } });
    else {
      if (kind === 'server') expect(on(name)).toEqual([]);
      expect(now.delete(key)).toBe(true);
    }
  }
  return [...now.values()];
}

const asked = (items: readonly CheckpointItem[]) =>
  items
    .map(({ kind, name, body }) => {
      const { id: _, made_at: __, ...rest } = body;
      return `${kind} ${name} ${JSON.stringify(Object.entries(rest).sort())}`;
    })
    .sort();

describe('the plan of a restore', () => {
  it('leads from any state to the checkpoint, never removes a server under what depends on it, and is then empty', () => {
    fc.assert(
      fc.property(world, world, (wanted, there) => {
        const plan = planRestore(wanted, there, surveyOf(there));
        expect([plan.inTheWay, plan.impossible]).toEqual([[], []]);
        const after = carriedOut(there, plan);
        expect(asked(after)).toEqual(asked(wanted));
        expect(acts(planRestore(wanted, after, surveyOf(after)))).toEqual([]);
      }),
    );
  });

  it('leaves resources that match unchanged, regardless of their ids', () => {
    expect(acts(planRestore([item('server', 'a')], [], surveyOf([item('server', 'a')])))).toEqual([]);
  });

  it('does nothing without complete facts: providers that do not answer block it', () => {
    const known = item('server', 'a');
    const unanswered = [{ driver: 'local', kind: 'server' as const, reason: 'It is away.' }];
    const plan = planRestore([known], [known], surveyOf([], { unanswered }));
    expect(acts(plan)).toEqual([]);
    expect(plan.inTheWay).toEqual([
      { operationId: null, reason: 'The server a in i cannot be looked at: It is away.' },
    ]);
  });

  it('names what only another program can change, unless it is unchanged', () => {
    const foreign = { ...item('server', 'own'), driver: 'script' };
    expect(planRestore([foreign], [foreign], surveyOf([]))).toEqual({
      steps: [],
      inTheWay: [],
      impossible: [],
      destroyed: [],
    });
    const reason = 'The server own in i was made by script, which alone can act on it.';
    expect(planRestore([foreign], [], surveyOf([])).impossible).toEqual([{ operationId: null, reason }]);
    expect(planRestore([], [foreign], surveyOf([])).impossible).toEqual([{ operationId: null, reason }]);
  });

  it('replaces a resource that another driver made in its place', () => {
    const other = item('server', 'a');
    const there = surveyOf([{ ...other, driver: 'docker' }]);
    expect(acts(planRestore([other], [], { ...there, drivers: ['local', 'docker'] }))).toEqual([
      'destroy server a',
      'create server a',
    ]);
  });

  it('leaves what is on a server that does not answer, says so, and does the rest', () => {
    const items = [
      item('server', 'a'),
      item('taskserv', 'a/redis'),
      item('server', 'b'),
      item('taskserv', 'b/redis'),
    ];
    const unanswered = [
      { driver: 'local', kind: 'taskserv' as const, server: 'a', reason: 'Server a does not answer.' },
    ];
    const plan = planRestore(items, items, surveyOf([items[0]!, items[2]!], { unanswered }));
    expect(acts(plan)).toEqual(['create taskserv b/redis']);
    expect(plan.inTheWay).toEqual([]);
    expect(plan.impossible).toEqual([
      {
        operationId: null,
        reason: 'The taskserv a/redis in i cannot be looked at: Server a does not answer. It stays as it is.',
      },
    ]);
  });

  it('lists a disk that cannot shrink as impossible, and does the rest', () => {
    const upcloud = (name: string, more: Record<string, unknown>) => {
      const { body, ...rest } = item('server', name, { provider: 'upcloud', ...more });
      return { ...rest, driver: 'upcloud', provider: 'upcloud', body };
    };
    const items = [upcloud('a', { storage_gb: 20 }), upcloud('b', { plan: 'small' })];
    const now = surveyOf([upcloud('a', { storage_gb: 30 }), upcloud('b', { plan: 'large' })]);
    const plan = planRestore(items, items, { ...now, drivers: ['upcloud'] });
    expect(acts(plan)).toEqual(['change server b']);
    expect(plan.impossible).toEqual([
      { operationId: null, reason: expect.stringContaining('has 30 GB and cannot shrink to 20 GB') },
    ]);
  });

  it('starts what was running and is stopped now, and names what is in error', () => {
    const items = [item('server', 'a', { state: 'running' }), item('server', 'b', { state: 'running' })];
    const now = surveyOf([
      item('server', 'a', { state: 'stopped' }),
      item('server', 'b', { state: 'error' }),
    ]);
    const plan = planRestore(items, items, now);
    expect(acts(plan)).toEqual(['change server a']);
    expect(plan.impossible).toEqual([
      { operationId: null, reason: expect.stringContaining('Server b is in state error') },
    ]);
  });
});
