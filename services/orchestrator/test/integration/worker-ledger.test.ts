import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { anyTasks } from '../support/capacity.js';
import type { JournalRecord, TaskResult } from '../../src/domain/worker/ledger.js';
import { createLedgerPool } from '../../src/postgres/workers/ledger-pool.js';
import { PostgresTaskStore } from '../../src/postgres/tasks/task-store.js';
import { PostgresLedger } from '../../src/postgres/workers/worker-ledger.js';
import { engineFunctions } from '../support/engine-functions.js';
import { modelBatch } from '../support/submit-model.js';

let clone: TestDatabase;
let database: Knex;
let pool: ReturnType<typeof createLedgerPool>;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  pool = createLedgerPool(clone.url, 'test', 2, () => {});
});
afterAll(async () => {
  await database.destroy();
  await pool.end();
  await clone.drop();
});

it('stores all output, reports and results, including NUL and lone surrogates', async () => {
  const { ids } = await modelBatch(database, {
    parallelLimit: 1,
    onFailure: 'continue',
    rollbackEnabled: false,
    operations: [{ id: 'o', dependencies: [], retries: 0, whenLost: 'again', undoable: false }],
  });
  const ledger = new PostgresLedger(pool);
  const workerId = await engineFunctions(database).register();
  const taskId = ids.get('o')!;
  const { claimed } = await ledger.round(workerId, [], anyTasks(1));
  const { attempt } = claimed.find(({ id }) => id === taskId)!;
  const rubbish = 'a\0b\ud800c';
  const mended = 'a\ufffdb\ufffdc';
  const at = new Date();
  await ledger.appendLog({ taskId, attempt, workerId, at, firstLine: 1, lines: [rubbish, 'and on'] });
  await ledger.recordProgress(taskId, attempt, { totalSteps: 1, doneSteps: 0, currentStep: rubbish }, true);
  const result: TaskResult = {
    taskId,
    attempt,
    workerId,
    resultId: taskId,
    status: 'Failed',
    permanent: true,
    exitCode: null,
    signal: null,
    error: rubbish,
    output: rubbish,
    data: { [rubbish]: rubbish },
    evidence: { lost: rubbish },
    log: undefined,
    progress: undefined,
    changes: [],
  };
  expect(await ledger.round(workerId, [result], anyTasks(0))).toMatchObject({
    outcomes: ['done'],
    claimed: [],
  });
  const store = new PostgresTaskStore(database);
  expect(await store.find(taskId)).toMatchObject({
    status: 'Failed',
    error: mended,
    output: mended,
    progress: { currentStep: mended },
  });
  const lines = await store.logs(taskId, { after: 0, limit: 10, search: undefined });
  expect(lines.map(({ text }) => text)).toEqual([mended, 'and on']);
});

it('writes the journal entries of several attempts in one transaction, without harm by a wrong one', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const { ids } = await modelBatch(database, {
    parallelLimit: 4,
    onFailure: 'continue',
    rollbackEnabled: false,
    operations: names.map((id) => ({
      id,
      dependencies: [],
      retries: 0,
      ...({ whenLost: 'again', undoable: false } as const),
    })),
  });
  const ledger = new PostgresLedger(pool);
  const workerId = await engineFunctions(database).register();
  const { claimed } = await ledger.round(workerId, [], anyTasks(100));
  const attempts = new Map(claimed.map(({ id, attempt }) => [id, attempt]));
  const { infra } = claimed[0]!;
  const report = async (name: string, change: JournalRecord['change']) => {
    const taskId = ids.get(name)!;
    const thing = { kind: 'server', infra, name, provider: 'noop', driver: 'noop' };
    const entry: JournalRecord = { ...thing, state: 'intended', change, before: null, after: { id: name } };
    await ledger.recordChanges(taskId, attempts.get(taskId)!, workerId, [entry]);
  };
  const written = () =>
    database('journal')
      .whereIn('task_id', [...ids.values()])
      .select<{ name: string; wrote: string }[]>('name', database.raw('xmin::text as wrote'))
      .orderBy('seq');

  await Promise.all(names.map((name) => report(name, 'create')));
  const before = await written();
  expect(before.map(({ name }) => name)).toEqual(names);
  expect(new Set(before.map(({ wrote }) => wrote)).size).toBeLessThan(names.length);

  const reported = await Promise.allSettled([
    ...[report('a', 'destroy'), report('b', 'destroy')],
    ...[report('c', 'eat' as 'destroy'), report('d', 'destroy')],
  ]);
  expect(reported.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(
    (await written())
      .slice(names.length)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['a', 'b', 'd']);
});
