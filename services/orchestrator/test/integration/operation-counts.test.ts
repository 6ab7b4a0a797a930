import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import type pg from 'pg';
import type { ClaimedTask, Ledger, TaskResult } from '../../src/domain/worker/ledger.js';
import { createLedgerPool } from '../../src/postgres/workers/ledger-pool.js';
import { PostgresLedger } from '../../src/postgres/workers/worker-ledger.js';
import { anyTasks } from '../support/capacity.js';
import { engineFunctions } from '../support/engine-functions.js';
import { modelBatch } from '../support/submit-model.js';

/** The results that arrive together, and the tasks that run at once. */
const ROUND = 16;
const ROUNDS = 4;

let clone: TestDatabase;
let database: Knex;
let pool: pg.Pool;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  pool = createLedgerPool(clone.url, 'counts', 1, () => {});
});
afterAll(async () => {
  await database.destroy();
  await pool.end();
  await clone.drop();
});

/** Rows that were inserted, updated or deleted, by table. Partitions count for their parent. */
type Rows = Record<string, number>;

const WRITTEN = `
  select coalesce(parent.relname, c.relname) as name,
         sum(pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
             + pg_stat_get_xact_tuples_deleted(c.oid))::int as rows
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class parent on parent.oid = i.inhparent
   where c.relnamespace = 'orchestrator'::regnamespace and c.relkind = 'r' group by 1`;

/** A pool of one connection that counts its statements, and the rows that they write. */
class CountingPool {
  statements = 0;
  readonly rows: Rows = {};

  constructor(private readonly inner: pg.Pool) {}

  async #written(): Promise<Rows> {
    const { rows } = await this.inner.query<{ name: string; rows: number }>(WRITTEN);
    return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
  }

  readonly query = (async (...call: Parameters<pg.Pool['query']>): Promise<unknown> => {
    await this.inner.query('begin');
    // Counts of earlier transactions may not have been passed on yet. That happens between transactions.
    const before = await this.#written();
    const answer: unknown = await this.inner.query(...call);
    for (const [name, rows] of Object.entries(await this.#written())) {
      const more = rows - (before[name] ?? 0);
      if (more > 0) this.rows[name] = (this.rows[name] ?? 0) + more;
    }
    await this.inner.query('commit');
    this.statements += 1;
    return answer;
  }) as pg.Pool['query'];
}

/** Runs all operations of a batch, those that run at once in one round. @returns the number of rounds */
async function runAll(ledger: Ledger, workerId: string): Promise<number> {
  let rounds = 0;
  for (let results: TaskResult[] = []; ; rounds += 1) {
    const { outcomes, claimed } = await ledger.round(workerId, results, anyTasks(ROUND));
    expect(outcomes).toEqual(results.map(() => 'done'));
    if (claimed.length === 0) return rounds;
    results = claimed.map((task) => resultOf(task, workerId));
  }
}

/** What the executor reports of an operation that found its object as wanted. */
function resultOf({ id, attempt }: ClaimedTask, workerId: string): TaskResult {
  return {
    taskId: id,
    attempt,
    workerId,
    resultId: id,
    status: 'Completed',
    permanent: false,
    exitCode: null,
    signal: null,
    error: null,
    output: 'unchanged',
    data: { result: { changed: false } },
    evidence: {},
    log: { taskId: id, attempt, workerId, at: new Date(), firstLine: 1, lines: ['unchanged'] },
    progress: { totalSteps: 1, doneSteps: 1, currentStep: null },
    changes: [],
  };
}

/** Operations of one batch. Each depends on the one before it in a chain, and on none otherwise. */
async function counted(operations: number, isChain: boolean) {
  const name = (index: number) => `op-${index}`;
  const workerId = await engineFunctions(database).register();
  await modelBatch(database, {
    parallelLimit: ROUND,
    onFailure: 'continue',
    rollbackEnabled: false,
    operations: Array.from({ length: operations }, (_, index) => ({
      id: name(index),
      dependencies: isChain && index > 0 ? [name(index - 1)] : [],
      retries: 0,
      ...({ whenLost: 'again', undoable: false } as const),
    })),
  });
  const counting = new CountingPool(pool);
  const rounds = await runAll(new PostgresLedger(counting), workerId);
  return { rounds, statements: counting.statements, rows: counting.rows };
}

// Exact figures: they depend on the code alone. A change that lowers one lowers it here.
it('stores the results of a round with one statement and few rows', async () => {
  expect(await counted(ROUND * ROUNDS, false)).toEqual({
    rounds: ROUNDS,
    // One more claims the first operations.
    statements: ROUNDS + 1,
    rows: {
      batches: 5,
      event_chunks: 16,
      locks: 1,
      tallies: 5,
      task_logs: 64,
      task_progress: 64,
      task_results: 64,
      tasks: 128,
    },
  });
});

it('stores each result of a chain with one statement and few rows', async () => {
  expect(await counted(ROUNDS, true)).toEqual({
    rounds: ROUNDS,
    statements: ROUNDS + 1,
    rows: {
      batches: 5,
      event_chunks: 16,
      locks: 1,
      tallies: 5,
      task_logs: 4,
      task_progress: 4,
      task_results: 4,
      tasks: 11,
    },
  });
});
