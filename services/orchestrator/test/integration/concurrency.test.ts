import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgres, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import pg from 'pg';
import { LEGAL_TRANSITIONS } from '../model/transitions.js';
import { Storm } from '../support/storm.js';

const CONNECTIONS = 14;
const ACTS_OF_EACH = 800;
const SEED = Number(process.env['STORM_SEED'] ?? 1);
const TERMINAL = ['Completed', 'Failed', 'Cancelled'];

let clone: TestDatabase;
let database: Knex;
let pool: pg.Pool;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  const common = { url: clone.url, schema: 'orchestrator', log: silentLogger };
  database = createPostgres({ ...common, applicationName: 'test', poolMax: CONNECTIONS });
  pool = new pg.Pool({
    connectionString: clone.url,
    options: '-c search_path=orchestrator -c deadlock_timeout=100',
    max: CONNECTIONS,
    application_name: 'test',
  });
});
afterAll(async () => {
  await database.destroy();
  await pool.end();
  await clone.drop();
});

interface Event {
  task_id: string | null;
  batch_id: string | null;
  type: string;
  status: string;
}
interface TaskRow {
  id: string;
  kind: string;
  status: string;
  infra: string;
  check_mode: boolean;
  batch_id: string | null;
  depends_on: string[];
}
interface BatchRow {
  id: string;
  status: string;
  infras: string[];
  parallel_limit: number;
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
}

it('keeps every guarantee under concurrent random actions', async () => {
  const storm = new Storm(database, pool, ['a', 'b', 'c', 'd', 'e']);
  await storm.startWorkers(6);
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, lane) => {
      const random = seeded(SEED * 1_000 + lane);
      for (let left = ACTS_OF_EACH; left > 0; left--) await storm.act(random);
    }),
  );
  expect(storm.errors).toEqual([]);
  await storm.settle();

  const tasks = await rowsOf<TaskRow>(database, 'select * from tasks');
  const batches = await rowsOf<BatchRow>(database, 'select * from batches');
  const events = await rowsOf<Event>(
    database,
    `select task_id, batch_id, type, status from events where type <> 'progress' order by seq`,
  );
  // Enough actions took place.
  expect(events.length).toBeGreaterThan(1_000);
  expect(new Set(batches.map(({ status }) => status)).size).toBeGreaterThan(2);

  expect(tasks.filter(({ status }) => !TERMINAL.includes(status))).toEqual([]);
  expect(batches.filter(({ status }) => ['Pending', 'Running', 'RollingBack'].includes(status))).toEqual([]);
  expect(await rowsOf(database, 'select * from locks')).toEqual([]);
  expect(faultsOfHistory(tasks, batches, events)).toEqual([]);

  const wrong = batches.filter((batch) => {
    const mine = tasks.filter(({ batch_id: home, kind }) => home === batch.id && kind === 'operation');
    const count = (status: string) => mine.filter((task) => task.status === status).length;
    const { total, completed, failed, cancelled } = batch;
    return (
      `${total},${completed},${failed},${cancelled}` !==
      `${mine.length},${count('Completed')},${count('Failed')},${count('Cancelled')}`
    );
  });
  expect(wrong).toEqual([]);
  const counted = await rowsOf<{ key: string; n: string }>(
    database,
    `select kind || ' ' || status as key, sum(n)::int as n from tallies group by 1`,
  );
  expect(Object.fromEntries(counted.map(({ key, n }) => [key, n]))).toEqual(tallied(tasks, batches));
});

/** The expected values of the counters. */
function tallied(tasks: TaskRow[], batches: BatchRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const all = [...tasks, ...batches.map(({ status }) => ({ kind: 'batch', status }))];
  for (const { kind, status } of all)
    for (const key of [`${kind} Submitted`, `${kind} ${status}`]) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

/**
 * Replays the history in its order. Guarantees about a batch or an infra are decided while the batch's row or the
 * infra's lock is held, so the order of its events is the order of their commits.
 */
function faultsOfHistory(tasks: TaskRow[], batches: BatchRow[], events: Event[]): string[] {
  const faults: string[] = [];
  const taskOf = new Map(tasks.map((task) => [task.id, task]));
  const batchOf = new Map(batches.map((batch) => [batch.id, batch]));
  const statuses = new Map<string, string>();
  const busy = new Map<string, Set<string>>();
  const holders = new Map<string, string>();
  const hold = (infras: string[], holder: string) => {
    for (const infra of infras) {
      const other = holders.get(infra);
      if (other && other !== holder) faults.push(`${holder} has ${infra}, and so has ${other}`);
      holders.set(infra, holder);
    }
  };
  const leave = (holder: string) => {
    for (const [infra, other] of holders) if (other === holder) holders.delete(infra);
  };
  const ofTask = (task: TaskRow, { type, status }: Event) => {
    const before = statuses.get(task.id) ?? '';
    if (type === 'late_result') return;
    if (before !== status && !LEGAL_TRANSITIONS[before]?.includes(status))
      faults.push(`task ${task.id}: ${before} → ${status}`);
    statuses.set(task.id, status);
    const batch = batchOf.get(task.batch_id ?? '');
    if (!batch) {
      if (status === 'Ready' && !task.check_mode) hold([task.infra], task.id);
      if (TERMINAL.includes(status)) leave(task.id);
      return;
    }
    const running = busy.get(batch.id) ?? new Set();
    busy.set(batch.id, running);
    if (['Ready', 'Running', 'Unknown'].includes(status)) running.add(task.id);
    else running.delete(task.id);
    const limit = task.kind === 'rollback' ? 1 : batch.parallel_limit;
    if (running.size > limit) faults.push(`batch ${batch.id} runs ${running.size} at once, and may ${limit}`);
    if (status === 'Running')
      for (const below of task.depends_on)
        if (statuses.get(below) !== 'Completed') faults.push(`${task.id} runs before ${below} has ended`);
    if (running.size > 0 && batch.infras.some((infra) => holders.get(infra) !== batch.id))
      faults.push(`batch ${batch.id} runs without its infras`);
  };
  for (const event of events) {
    const task = taskOf.get(event.task_id ?? '');
    const batch = batchOf.get(event.batch_id ?? '');
    if (task) ofTask(task, event);
    else if (batch && event.type === 'started') hold(batch.infras, batch.id);
    else if (batch && event.type === 'finished') {
      if (statuses.get(batch.id)) faults.push(`batch ${batch.id} ended twice`);
      statuses.set(batch.id, event.status);
      leave(batch.id);
    }
  }
  return faults;
}

/** A generator of numbers in [0, 1): the same seed gives the same actions (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
