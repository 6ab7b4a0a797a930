import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgres, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import type { TaskStatus } from '../../src/domain/task/task.js';
import { PostgresInventoryStore } from '../../src/postgres/journal/inventory-store.js';
import { PostgresTaskStore } from '../../src/postgres/tasks/task-store.js';

const TASKS = 5_000;

let clone: TestDatabase;
let database: Knex;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  await database.raw(
    `insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, idempotency_key,
                        created_by, created_by_name, request_id)
     select overlay(id_at(now() - make_interval(secs => ? - n))::text placing lpad(n::text, 12, '0') from 25)::uuid,
            'workflow', 'create_servers',
            case when n = 2500 then 'Running' when n % 10 = 3 then 'Failed' when n % 10 = 4 then 'Cancelled' else 'Completed' end,
            'x', false, 'provisioning', '{}', '{}', 3, gen_random_uuid(), gen_random_uuid(), 'ada', 'r'
       from generate_series(1, ?) n`,
    [TASKS, TASKS],
  );
  await database.raw(
    `insert into journal (task_id, attempt, state, change, infra, kind, name, provider, driver, at)
     select gen_random_uuid(), 1, case n when ${TASKS - 100} then 'intended' else 'done' end, 'create', 'infra-' || n % 3,
            case when n % 5 = 0 then 'cluster' else 'server' end, 'web-' || n, 'noop', 'noop', now() - make_interval(secs => ? - n)
       from generate_series(1, ?) n`,
    [TASKS, TASKS],
  );
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
});

/** In small ones, so that there are many. */
const closeRanges = () =>
  database.raw('select close_task_ranges(1000, 700), close_journal_ranges(1000, 600)');

describe('a page of tasks', () => {
  const store = () => new PostgresTaskStore(database);
  const page = async (statuses: TaskStatus[] | undefined, offset: number) =>
    (await store().list({ statuses, limit: 20, offset })).tasks.map(({ id }) => id);
  const walked = async (statuses: TaskStatus[] | undefined, offset: number) => {
    const query = database<{ id: string; status: string }>('tasks').orderBy('id', 'desc');
    const rows = await (statuses ? query.whereIn('status', statuses) : query).limit(20).offset(offset);
    return rows.map(({ id }) => id);
  };
  const everywhere = async () => {
    for (const statuses of [undefined, ['Completed'], ['Failed'], ['Running', 'Unknown']] as (
      TaskStatus[] | undefined
    )[])
      for (const offset of [0, 1_999, 2_001, 2_777, 3_800, TASKS - 10, TASKS + 10])
        expect([statuses, offset, await page(statuses, offset)]).toEqual([
          statuses,
          offset,
          await walked(statuses, offset),
        ]);
  };

  it('is the same, regardless of how many rows before it were counted', async () => {
    await everywhere();
    await closeRanges();
    const ranges = await rowsOf<{ n: number; completed: number | null }>(
      database,
      'select n, completed from task_ranges order by last_id',
    );
    expect(ranges.length).toBeGreaterThan(4);
    // One still runs in the fourth: what ends there is not counted earlier.
    expect(ranges.map(({ completed }) => completed === null)).toEqual(ranges.map((_, index) => index === 3));
    await everywhere();
  });

  it('includes tasks that end later', async () => {
    await database('tasks').where({ status: 'Running' }).update({ status: 'Failed' });
    await everywhere();
    await closeRanges();
    expect(await rowsOf(database, 'select from task_ranges where completed is null')).toEqual([]);
    await everywhere();
  });

  it('does not count tasks that have just begun', async () => {
    const [row] = await rowsOf<{ young: boolean }>(
      database,
      'select exists (select from task_ranges where last_id >= id_at(settled_before())) as young',
    );
    expect(row).toEqual({ young: false });
  });
});

describe('a page of the journal', () => {
  const store = () => new PostgresInventoryStore(database);
  const NO_FILTER = {
    infra: undefined,
    kind: undefined,
    name: undefined,
    taskId: undefined,
    batchId: undefined,
  };
  const everywhere = async () => {
    for (const filter of [
      {},
      { infra: 'infra-1' },
      { kind: 'cluster' },
      { infra: 'infra-2', kind: 'server' },
    ]) {
      const matching = () => database<{ seq: string }>('journal').where(filter);
      const [{ n } = { n: 0 }] = await matching().count<{ n: string | number }[]>({ n: '*' });
      for (const offset of [0, 150, 900, 2_500, 4_990, 6_000]) {
        const { entries, total } = await store().journal({ ...NO_FILTER, ...filter, limit: 15, offset });
        const rows = await matching().orderBy('seq', 'desc').limit(15).offset(offset);
        expect([filter, offset, total, entries.map(({ seq }) => seq)]).toEqual([
          filter,
          offset,
          Number(n),
          rows.map(({ seq }) => Number(seq)),
        ]);
      }
    }
  };

  it('and its total are the same, regardless of how many were counted', async () => {
    await everywhere();
    await closeRanges();
    await everywhere();
  });

  it('is counted up to the first intent that may still be replaced', async () => {
    const [row] = await rowsOf<{ ok: boolean }>(
      database,
      `select max(last_seq) < (select min(seq) from journal where state = 'intended') as ok from journal_ranges`,
    );
    expect(row).toEqual({ ok: true });
  });
});
