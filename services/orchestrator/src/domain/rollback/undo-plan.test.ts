import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JournalEntry } from './rollback.js';
import type { Existing } from './undo-order.js';
import { planUndo, type UndoPlan } from './undo-plan.js';

type Body = Record<string, unknown>;

function server(name: string, more: Body = {}): Body {
  const asked = { plan: 'small', zone: 'z', image: null, labels: {}, storage_gb: null };
  return { id: `id-${name}`, infra: 'i', name, provider: 'local', driver: 'local', ...asked, ...more };
}

function entry(seq: number, name: string, more: Partial<JournalEntry> = {}): JournalEntry {
  const { change = 'create', before = null, after = server(name) } = more;
  return {
    seq,
    name,
    taskId: `task-${seq}`,
    batchId: null,
    attempt: 1,
    state: 'done',
    change,
    infra: 'i',
    kind: 'server',
    provider: 'local',
    driver: 'local',
    resourceId: String((after ?? before)?.['id']),
    at: new Date(0),
    undoneBy: null,
    ...more,
    before,
    after,
  };
}

const created = (seq: number, body: Body) => entry(seq, String(body['name']), { after: body });
const adopted = (seq: number, body: Body) =>
  entry(seq, String(body['name']), { change: 'adopt', after: body });
const changed = (seq: number, before: Body, after: Body) =>
  entry(seq, String(after['name']), { change: 'change', before, after });
const destroyed = (seq: number, body: Body) =>
  entry(seq, String(body['name']), { change: 'destroy', before: body, after: null });
const forgotten = (seq: number, body: Body) =>
  entry(seq, String(body['name']), { change: 'forget', before: body, after: null });

/** The plan to undo all of these, where the inventory has the resulting resources. */
function plan(...history: JournalEntry[]) {
  const things = new Map<string, Existing>();
  for (const { infra, kind, name, after } of history) {
    if (after) things.set(`${kind} ${name}`, { infra, kind, name, body: after });
    else things.delete(`${kind} ${name}`);
  }
  return planUndo(history, history, [...things.values()]);
}

/** What undoing does, by what is undone. */
const acts = ({ steps }: UndoPlan) =>
  steps.flatMap(({ changes }) =>
    changes.map(
      ({ change, name, before, after }) =>
        `${change} ${name} ${String((after ?? before)?.['id'])}${change === 'change' ? ` to ${String(before?.['plan'])}` : ''}`,
    ),
  );

describe('the plan of a rollback', () => {
  it('goes strictly backwards, and combines the changes of one operation where no other came between', () => {
    const entries = [
      entry(1, 'a', { taskId: 'x' }),
      entry(2, 'b', { taskId: 'x' }),
      entry(3, 'c', { taskId: 'y' }),
      entry(4, 'd', { taskId: 'x' }),
    ];
    const { steps } = plan(...entries);
    expect(
      steps.map(({ operationId, entries: undone }) => [operationId, undone.map(({ seq }) => seq)]),
    ).toEqual([
      ['x', [4]],
      ['y', [3]],
      ['x', [2, 1]],
    ]);
  });

  it('is not blocked when all later changes are undone with it', () => {
    const entries = fc.array(
      fc.record({ name: fc.constantFrom('a', 'b'), task: fc.nat(3), change: fc.boolean() }),
      {
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(entries, (drawn) => {
        // Each comes where there is none of its name, else it is changed or goes.
        const there = new Map<string, Body>();
        const all = drawn.map(({ name, task, change }, index) => {
          const before = there.get(name);
          const after = server(name, { id: before?.['id'] ?? `id-${index}`, plan: `p${index}` });
          if (before && !change) there.delete(name);
          else there.set(name, after);
          const made = !before
            ? created(index + 1, after)
            : change
              ? changed(index + 1, before, after)
              : destroyed(index + 1, before);
          return { ...made, taskId: `t${task}` };
        });
        const { steps, inTheWay, impossible } = plan(...all);
        expect([inTheWay, impossible]).toEqual([[], []]);
        expect(
          steps.flatMap(({ changes }) => changes.map(({ change, name }) => `${change} ${name}`)).sort(),
        ).toEqual([...there.keys()].map((name) => `create ${name}`).sort());
      }),
    );
  });

  it('names what depends on a server: itself changed, its task services, clusters that span it, and nothing else', () => {
    const machine = entry(1, 'web-01');
    const since = [
      entry(2, 'web-01', { change: 'change' }),
      entry(3, 'web-01/containerd', { kind: 'taskserv' }),
      entry(4, 'buildkit', { kind: 'cluster', after: { servers: ['web-01'] } }),
      entry(5, 'web-010/containerd', { kind: 'taskserv' }),
      entry(6, 'other', { kind: 'cluster', after: { servers: ['web-02'] } }),
      entry(7, 'web-01', { infra: 'elsewhere' }),
    ];
    const { inTheWay } = planUndo([machine], [machine, ...since], []);
    expect(inTheWay.map(({ operationId }) => operationId)).toEqual(['task-2', 'task-3', 'task-4']);
  });

  describe('is the net difference:', () => {
    const small = server('a');
    const large = server('a', { plan: 'large' });
    const again = server('a', { id: 'id-2', restores: ['id-a'] });
    const elsewhere = server('a', { id: 'id-3', zone: 'y' });
    const taskserv = { ...server('redis'), id: 'id-redis', server: 'a', version: '1', attributes: {} };
    const onServer = (one: JournalEntry): JournalEntry => ({ ...one, kind: 'taskserv', name: 'a/redis' });

    it.each<[string, JournalEntry[], string[]]>([
      ['what was made and destroyed again costs nothing', [created(1, small), destroyed(2, small)], []],
      ['nor does what was destroyed and made again', [destroyed(1, small), created(2, again)], []],
      ['nor what was changed there and back', [changed(1, small, large), changed(2, large, small)], []],
      ['nor what was adopted and forgotten', [adopted(1, small), forgotten(2, small)], []],
      [
        'what was made and changed is destroyed',
        [created(1, small), changed(2, small, large)],
        ['create a id-a'],
      ],
      [
        'what was changed and destroyed is made as it was',
        [changed(1, small, large), destroyed(2, large)],
        ['destroy a id-a'],
      ],
      [
        'what was made again as something else is changed back',
        [destroyed(1, small), created(2, { ...again, plan: 'large' })],
        ['change a id-2 to small'],
      ],
      [
        'what was replaced by what cannot be changed is replaced',
        [destroyed(1, small), created(2, elsewhere)],
        ['create a id-3', 'destroy a id-a'],
      ],
      [
        'what was adopted and changed is changed back and forgotten, not destroyed',
        [adopted(1, small), changed(2, small, large)],
        ['change a id-a to small', 'adopt a id-a'],
      ],
      [
        'what was adopted and destroyed is made again and forgotten',
        [adopted(1, small), destroyed(2, small)],
        ['destroy a id-a', 'adopt a id-a'],
      ],
      [
        'what was on a server that is replaced is removed and created with it',
        [
          onServer(destroyed(1, taskserv)),
          destroyed(2, small),
          created(3, elsewhere),
          onServer(created(4, { ...taskserv, id: 'id-redis-2' })),
        ],
        ['create a/redis id-redis-2', 'create a id-3', 'destroy a id-a', 'destroy a/redis id-redis'],
      ],
    ])('%s', (_, history, wanted) => {
      const undo = plan(...history);
      expect(acts(undo)).toEqual(wanted);
      // Every change that counts is undone by exactly one step.
      const undone = undo.steps.flatMap(({ entries }) => entries.map(({ seq }) => seq));
      expect(undone.sort()).toEqual(wanted.length > 0 ? history.map(({ seq }) => seq) : []);
    });

    it('puts a task service on its server after the server is replaced, regardless of what was on it before', () => {
      const other = { ...taskserv, id: 'id-nginx', name: 'nginx' };
      const nginx = (one: JournalEntry): JournalEntry => ({ ...one, kind: 'taskserv', name: 'a/nginx' });
      const undo = plan(
        nginx(created(1, other)),
        nginx(destroyed(2, other)),
        onServer(destroyed(3, taskserv)),
        destroyed(4, small),
        created(5, elsewhere),
        onServer(created(6, { ...taskserv, id: 'id-redis-2' })),
      );
      expect(acts(undo)).toEqual([
        'create a/redis id-redis-2',
        'create a id-3',
        'destroy a id-a',
        'destroy a/redis id-redis',
      ]);
    });

    it('does not destroy what the checkpoint has, even if it was created again', () => {
      const history = [created(1, again)];
      const there = [{ infra: 'i', kind: 'server', name: 'a', body: again }];
      const had = (body: Body) => [{ infra: 'i', kind: 'server', name: 'a', body }];
      expect(acts(planUndo(history, history, there, had(small)))).toEqual([]);
      expect(acts(planUndo(history, history, there, had(large)))).toEqual(['change a id-2 to large']);
      expect(acts(planUndo(history, history, there))).toEqual(['create a id-2']);
    });

    it('names every operation whose changes one step undoes', () => {
      const { steps } = plan(created(1, small), changed(2, small, large), changed(3, large, small));
      expect(steps).toMatchObject([
        { operationId: 'task-1', along: [{ operationId: 'task-3' }, { operationId: 'task-2' }] },
      ]);
      const { steps: other } = plan(
        changed(1, server('a', { plan: 'tiny' }), small),
        changed(2, small, large),
      );
      expect(other).toMatchObject([
        { operationId: 'task-1', along: [{ operationId: 'task-2', changes: 1 }] },
      ]);
    });
  });

  /** Servers and task services by name, and the journal of what happens to them. */
  class Cloud {
    readonly journal: JournalEntry[] = [];
    readonly servers = new Map<string, Body>();
    readonly services = new Map<string, Body>();
    #ids = 0;

    act([verb, name, service, zone]: readonly ['server' | 'service', string, string, string | null]): void {
      const at = this.servers.get(name);
      if (verb === 'server') {
        if (at?.['zone'] === zone) return;
        if (at) this.#destroyServer(name, at);
        if (zone !== null) this.#record('server', name, null, server(name, { id: this.#id(), zone }));
      } else if (at) {
        const key = `${name}/${service}`;
        const before = this.services.get(key) ?? null;
        const after = { ...server(service), id: this.#id(), server: name, version: '1', attributes: {} };
        if (!before || zone === null) this.#record('taskserv', key, before, before ? null : after);
      }
    }

    #destroyServer(name: string, body: Body): void {
      for (const [key, service] of this.services)
        if (key.startsWith(`${name}/`)) this.#record('taskserv', key, service, null);
      this.#record('server', name, body, null);
    }

    #record(kind: 'server' | 'taskserv', name: string, before: Body | null, after: Body | null): void {
      const seq = this.journal.length + 1;
      const change = before ? 'destroy' : 'create';
      this.journal.push({ ...entry(seq, name, { change, before, after }), kind, taskId: `t${seq % 3}` });
      const there = kind === 'server' ? this.servers : this.services;
      if (after) there.set(name, after);
      else there.delete(name);
    }

    #id(): string {
      return `id-${++this.#ids}`;
    }

    existing(): Existing[] {
      const of = (kind: string, there: Map<string, Body>) =>
        [...there].map(([name, body]) => ({ infra: 'i', kind, name, body }));
      return [...of('server', this.servers), ...of('taskserv', this.services)];
    }

    /** Undoes a change as a driver does: with a server go its task services. */
    undo({ change, kind, name, before }: JournalEntry): void {
      const there = kind === 'server' ? this.servers : this.services;
      if (change === 'create') {
        there.delete(name);
        if (kind !== 'server') return;
        for (const key of [...this.services.keys()])
          if (key.startsWith(`${name}/`)) this.services.delete(key);
      } else if (kind === 'server' || this.servers.has(name.split('/')[0]!)) there.set(name, before!);
    }

    /** What there is, without ids. */
    picture(): string[] {
      const servers = [...this.servers].map(([name, { zone }]) => `${name} in ${String(zone)}`);
      return [...servers, ...this.services.keys()].sort();
    }
  }

  it('leads back to the earlier state, regardless of replacements in between', () => {
    const act = fc.tuple(
      fc.constantFrom('server' as const, 'service' as const),
      fc.constantFrom('a', 'b'),
      fc.constantFrom('redis', 'nginx'),
      fc.constantFrom('y', 'z', null),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 6 }), fc.array(act, { maxLength: 14 }), (earlier, later) => {
        const cloud = new Cloud();
        for (const one of earlier) cloud.act(one);
        const [start, then, wanted] = [cloud.journal.length, cloud.picture(), cloud.existing()];
        for (const one of later) cloud.act(one);
        const history = cloud.journal.slice(start);
        const { steps } = planUndo(history, history, cloud.existing(), wanted);
        for (const change of steps.flatMap(({ changes }) => changes)) cloud.undo(change);
        expect(cloud.picture()).toEqual(then);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes from the checkpoint whether a server ran, not from an interrupted change', () => {
    const then = server('a', { state: 'running' });
    const elsewhere = server('a', { id: 'id-2', zone: 'y', state: 'running' });
    const again = server('a', { id: 'id-3', state: 'running', restores: ['id-a'] });
    const replaced = [destroyed(1, { ...then, state: 'stopped' }), created(2, elsewhere)];
    const existing = (body: Body): Existing => ({ infra: 'i', kind: 'server', name: 'a', body });
    const history = [...replaced, destroyed(3, elsewhere), created(4, again)];
    expect(planUndo(history, history, [existing(again)], [existing(then)]).steps).toEqual([]);
    const [step] = planUndo(replaced, replaced, [existing(elsewhere)], [existing(then)]).steps;
    expect(step!.changes.at(-1)!.before).toMatchObject({ zone: 'z', state: 'running' });
  });

  it('names changes that only another program can undo', () => {
    const { steps, impossible } = planUndo([entry(1, 'x', { resourceId: null })], [], []);
    expect(steps).toEqual([]);
    expect(impossible).toEqual([
      {
        operationId: 'task-1',
        reason: 'The server x was created by a program that alone knows how to undo it.',
      },
    ]);
  });

  it('names changes that the driver cannot undo, unless the whole server is removed', () => {
    const upcloud = { driver: 'upcloud', provider: 'upcloud' };
    const [small, large] = [20, 30].map((storage_gb) => server('a', { ...upcloud, storage_gb }));
    const grown = { ...changed(2, small!, large!), ...upcloud };
    const other = { ...created(3, server('b', upcloud)), ...upcloud };
    const { steps, impossible } = plan(grown, other);
    expect(steps.flatMap(({ entries }) => entries.map(({ seq }) => seq))).toEqual([3]);
    expect(impossible).toEqual([
      { operationId: 'task-2', reason: expect.stringContaining('has 30 GB and cannot shrink to 20 GB') },
    ]);
    const made = { ...created(1, small!), ...upcloud };
    expect(plan(made, grown).impossible).toEqual([]);
  });
});
