import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createPostgres, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, waitFor, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { anyTasks } from '../support/capacity.js';
import type { JournalRecord, TaskResult } from '../../src/domain/worker/ledger.js';
import { createLedgerPool } from '../../src/postgres/workers/ledger-pool.js';
import { PostgresTaskStore } from '../../src/postgres/tasks/task-store.js';
import { PostgresLedger } from '../../src/postgres/workers/worker-ledger.js';
import { engineFunctions } from '../support/engine-functions.js';
import type { ModelBatch } from '../model/batch-model.js';
import { modelBatch } from '../support/submit-model.js';

let clone: TestDatabase;
let database: Knex;
let pool: ReturnType<typeof createLedgerPool>;
let ledger: PostgresLedger;
let workerId: string;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  pool = createLedgerPool(clone.url, 'rounds', 2, () => {});
  ledger = new PostgresLedger(pool);
});
beforeEach(async () => {
  workerId = await engineFunctions(database).register();
});
afterAll(async () => {
  await database.destroy();
  await pool.end();
  await clone.drop();
});

/** Operations of a separate batch that this worker has claimed. */
async function claimed(names: readonly string[], retries = 0) {
  const { ids, batchId } = await modelBatch(database, {
    parallelLimit: names.length,
    onFailure: 'continue',
    rollbackEnabled: false,
    operations: names.map((id) => ({
      id,
      dependencies: [],
      retries,
      ...({ whenLost: 'again', undoable: false } as const),
    })),
  });
  await ledger.round(workerId, [], anyTasks(100));
  return { batchId, ids: names.map((name) => ids.get(name)!) };
}

/** A task that was submitted on its own, and changes that infra. */
async function claimedTask(infra: string): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(
    database,
    `select task_id as id from submit_tasks(jsonb_build_array(jsonb_build_object(
       'id', gen_random_uuid(), 'kind', 'workflow', 'name', 'w', 'infra', ?::text, 'check_mode', false, 'program', 'p',
       'verb', array['v'], 'args', array[]::text[], 'max_attempts', 3, 'reconcilable', false, 'created_by', gen_random_uuid(),
       'created_by_name', 'tester', 'request_id', 'r')))`,
    [infra],
  );
  await ledger.round(workerId, [], anyTasks(100));
  return row!.id;
}

function resultOf(taskId: string, more: Partial<TaskResult> = {}): TaskResult {
  return {
    taskId,
    attempt: 1,
    workerId,
    resultId: taskId,
    status: 'Completed',
    permanent: false,
    exitCode: 0,
    signal: null,
    error: null,
    output: '',
    data: {},
    evidence: {},
    log: undefined,
    progress: undefined,
    changes: [],
    ...more,
  };
}

function change(infra: string, id: string, more: Partial<JournalRecord> = {}): JournalRecord {
  const thing = { kind: 'server', infra, name: 'web', provider: 'noop', driver: 'noop' };
  return { ...thing, state: 'done', change: 'create', before: null, after: { id }, ...more };
}

const infraOf = async (taskId: string): Promise<string> =>
  (await database<{ id: string; infra: string }>('tasks').where('id', taskId).first())!.infra;

const journalOf = (taskId: string) =>
  database('journal')
    .where('task_id', taskId)
    .select<{ state: string; resource_id: string | null; infra: string }[]>('state', 'resource_id', 'infra')
    .orderBy('seq');

describe('a result is stored', () => {
  it.each([[['web']], [true], [null], [[1, 'x']], [{ kind: 'server' }]])(
    'even if its command reports as gone: %j, which only undo operations may report',
    async (gone) => {
      const { ids } = await claimed(['o']);
      const [id] = ids as [string];
      const infra = await infraOf(id);
      await ledger.recordChanges(id, 1, workerId, [change(infra, 'i-1')]);
      const data = { result: { message: 'ok', data: { gone } } };
      expect((await ledger.round(workerId, [resultOf(id, { data })], anyTasks(0))).outcomes).toEqual([
        'done',
      ]);
      expect(await database('resources').where({ infra })).toHaveLength(1);
    },
  );

  it('for any id of what it created', async () => {
    const { ids } = await claimed(['o']);
    const [id] = ids as [string];
    const long = Array.from({ length: 400 }, (_, n) => `${n * 7919}-é`).join('');
    const infra = await infraOf(id);
    const changes = [change(infra, long)];
    expect((await ledger.round(workerId, [resultOf(id, { changes })], anyTasks(0))).outcomes).toEqual([
      'done',
    ]);
    expect(await journalOf(id)).toEqual([
      expect.objectContaining({ resource_id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }),
    ]);
    const [resource] = await database('resources').where({ infra });
    expect(resource).toMatchObject({ body: { id: long } });
  });

  it('but not a change of another infra, nor any other change with it', async () => {
    const { ids } = await claimed(['o']);
    const [id] = ids as [string];
    const changes = [await infraOf(id), `other-${id}`].map((infra) => change(infra, 'i-1'));
    await expect(ledger.round(workerId, [resultOf(id, { changes })], anyTasks(0))).rejects.toMatchObject({
      code: '23514',
    });
    expect(await journalOf(id)).toEqual([]);
  });

  it.each(['1970-01-01T00:00:00Z', '2099-01-01T00:00:00Z'])(
    'with the log lines of a machine whose clock says %s',
    async (clock) => {
      const { ids } = await claimed(['o']);
      const [id] = ids as [string];
      const line = { taskId: id, attempt: 1, workerId, at: new Date(clock) };
      await ledger.appendLog({ ...line, firstLine: 1, lines: ['before'] });
      const log = { ...line, firstLine: 2, lines: ['last'] };
      expect((await ledger.round(workerId, [resultOf(id, { log })], anyTasks(0))).outcomes).toEqual(['done']);
      const lines = await new PostgresTaskStore(database).logs(id, {
        after: 0,
        limit: 10,
        search: undefined,
      });
      expect(lines.map(({ text }) => text)).toEqual(['before', 'last']);
      for (const { at } of lines) expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
    },
  );
});

describe('a change that a task intended', () => {
  it('is unknown permanently where the task is cancelled between two attempts', async () => {
    const { ids } = await claimed(['o'], 3);
    const [id] = ids as [string];
    const intent = change(await infraOf(id), 'x', { state: 'intended' });
    expect(await ledger.recordChanges(id, 1, workerId, [intent])).toBe(true);
    const failed = resultOf(id, { status: 'Failed', error: 'no' });
    expect((await ledger.round(workerId, [failed], anyTasks(0))).outcomes).toEqual(['retry']);
    await new PostgresTaskStore(database).cancel(id, 'tester');
    expect((await journalOf(id)).map(({ state }) => state)).toEqual(['unknown']);
  });

  it('is unknown where the report of its outcome could not be stored', async () => {
    const { ids } = await claimed(['o']);
    const [id] = ids as [string];
    await ledger.recordChanges(id, 1, workerId, [change(await infraOf(id), 'x', { state: 'intended' })]);
    const refused = resultOf(id, { status: 'Failed', permanent: true, evidence: { refused: 'too long' } });
    await ledger.round(workerId, [refused], anyTasks(0));
    expect((await journalOf(id)).map(({ state }) => state)).toEqual(['unknown']);
  });

  it('is not recorded for an attempt that another worker has claimed', async () => {
    const { ids } = await claimed(['o']);
    const [id] = ids as [string];
    await ledger.releaseWorker(workerId, 'lost');
    expect(
      await ledger.recordChanges(id, 1, workerId, [change(await infraOf(id), 'x', { state: 'intended' })]),
    ).toBe(false);
    expect(await journalOf(id)).toEqual([]);
  });
});

it('an attempt that never began is not counted, for any task', async () => {
  const { ids } = await modelBatch(database, {
    parallelLimit: 1,
    onFailure: 'continue',
    rollbackEnabled: false,
    operations: [{ id: 'o', dependencies: [], retries: 0, whenLost: 'failed', undoable: false }],
  });
  const id = ids.get('o')!;
  await ledger.round(workerId, [], anyTasks(100));
  expect(await ledger.reportLost(id, 1, workerId, 'no disk', false)).toEqual([id]);
  expect(await database('tasks').where({ id }).first()).toMatchObject({
    status: 'Ready',
    losses: 0,
    attempt: 1,
  });
});

it('releases infras together and in their order, for any order of results, so that rounds cannot deadlock', async () => {
  const [b, a] = [await claimedTask('order-b'), await claimedTask('order-a')];
  const holder = await database.transaction();
  await holder.raw(`select lock_infra('order-a')`);
  const round = ledger.round(
    workerId,
    [resultOf(b, { status: 'Failed', error: 'no' }), resultOf(a, { status: 'Failed', error: 'no' })],
    anyTasks(0),
  );
  // It waits for order-a, and does not have order-b yet: the holder of order-a may request it.
  const locks = () =>
    rowsOf<{ granted: boolean }>(
      database,
      `select granted from pg_locks join pg_stat_activity using (pid)
        where locktype = 'advisory' and application_name = 'rounds'`,
    );
  await waitFor(async () => (await locks()).some(({ granted }) => !granted));
  expect(await locks()).toEqual([{ granted: false }]);
  await holder.raw(`select lock_infra('order-b')`);
  await holder.rollback();
  expect((await round).outcomes).toEqual(['done', 'done']);
});

it('cancels the dependents of many concurrent failures, each operation once', async () => {
  const layer = (n: number) => Array.from({ length: 6 }, (_, index) => `${n}-${index}`);
  const layers = [0, 1, 2, 3].map(layer);
  const { ids, batchId } = await modelBatch(database, {
    parallelLimit: 10,
    onFailure: 'continue',
    rollbackEnabled: false,
    operations: layers.flatMap((names, depth) =>
      names.map((id) => ({
        id,
        dependencies: depth === 0 ? [] : layers[depth - 1]!,
        retries: 0,
        ...({ whenLost: 'again', undoable: false } as const),
      })),
    ),
  });
  await ledger.round(workerId, [], anyTasks(100));
  const failed = layers[0]!.map((name) => resultOf(ids.get(name)!, { status: 'Failed', error: 'no' }));
  await ledger.round(workerId, failed, anyTasks(0));
  expect(await database('batches').where({ id: batchId }).first()).toMatchObject({
    status: 'Failed',
    total: 24,
    failed: 6,
    cancelled: 18,
    completed: 0,
  });
  const recorded = await database('events')
    .whereIn('task_id', [...ids.values()])
    .where('type', 'cancelled');
  expect(recorded).toHaveLength(18);
});

it('locks no more tasks than it claims, whatever runs them, so that another executor claims the rest', async () => {
  await database('tasks').whereIn('status', ['Ready', 'Unknown']).update({ status: 'Cancelled' });
  const of =
    (whenLost: 'again' | 'asked') =>
    (index: number): ModelBatch['operations'][number] => ({
      id: `${whenLost}-${index}`,
      dependencies: [],
      retries: 0,
      whenLost,
      undoable: false,
    });
  const { ids } = await modelBatch(database, {
    parallelLimit: 6,
    onFailure: 'continue',
    rollbackEnabled: false,
    operations: [...[0, 1, 2].map(of('again')), ...[3, 4, 5].map(of('asked'))],
  });
  const other = await engineFunctions(database).register();
  const client = await pool.connect();
  try {
    await client.query('begin');
    const first = await new PostgresLedger(client).round(workerId, [], anyTasks(2));
    const second = await ledger.round(other, [], anyTasks(3));
    const third = await ledger.round(other, [], { commands: 2, operations: 0, total: 1 });
    await client.query('commit');
    expect([first, second, third].map(({ claimed }) => claimed.length)).toEqual([2, 3, 0]);
    const fourth = await ledger.round(workerId, [], { commands: 5, operations: 5, total: 1 });
    const all = [first, second, fourth].flatMap(({ claimed }) => claimed.map(({ id }) => id));
    expect(all.sort()).toEqual([...ids.values()].sort());
  } finally {
    client.release();
  }
});

describe('where more is ready than a worker has places for', () => {
  /** Takes a free place in a round, with the result of one of these tasks. @returns the claimed task */
  async function next(running: Set<string>): Promise<string> {
    const [ended] = running as Iterable<string> as [string];
    running.delete(ended);
    const round = await ledger.round(workerId, [resultOf(ended)], anyTasks(1));
    return round.claimed[0]!.id;
  }

  it('a large batch holds up what was submitted after it for one round', async () => {
    const batchOf = (size: number) =>
      modelBatch(database, {
        parallelLimit: 40,
        onFailure: 'continue',
        rollbackEnabled: false,
        operations: Array.from({ length: size }, (_, index) => ({
          id: `o${index}`,
          dependencies: [],
          retries: 0,
          ...({ whenLost: 'again', undoable: false } as const),
        })),
      });
    const nameOf = (batch: Awaited<ReturnType<typeof batchOf>>, id: string) =>
      [...batch.ids].find(([, taskId]) => taskId === id)?.[0];
    // Nothing of other tests is ready.
    while ((await ledger.round(workerId, [], anyTasks(100))).claimed.length > 0);
    const large = await batchOf(40);
    const { claimed: first } = await ledger.round(workerId, [], anyTasks(4));
    const running = new Set(first.map(({ id }) => id));
    expect(first.map(({ id }) => nameOf(large, id))).toEqual(['o0', 'o1', 'o2', 'o3']);
    const small = await batchOf(2);
    // The places of the large batch go to the small one until both have the same share.
    const chosen = [await next(running), await next(running), await next(running)];
    expect(chosen.slice(0, 2).map((id) => nameOf(small, id))).toEqual(['o0', 'o1']);
    expect(nameOf(large, chosen[2]!)).toBe('o4');
  });
});
