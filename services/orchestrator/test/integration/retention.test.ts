import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgres, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { PostgresMaintenanceStore } from '../../src/postgres/workers/maintenance-store.js';

let clone: TestDatabase;
let database: Knex;
let maintenance: PostgresMaintenanceStore;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  maintenance = new PostgresMaintenanceStore(database);
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
});

/** Makes the partitions of a past day, with a log line and an event in them. */
async function dayInThePast(days: number): Promise<string> {
  const [row] = await rowsOf<{ day: string }>(
    database,
    `select to_char((now() at time zone 'UTC')::date - ?::int, 'YYYYMMDD') as day`,
    [days],
  );
  for (const parent of ['task_logs', 'event_chunks'])
    await database.raw(
      `create table ${parent}_${row!.day} partition of ${parent} for values from ('${row!.day}T00:00Z') to ('${row!.day}T24:00Z')`,
    );
  await database.raw(
    `insert into task_logs values (gen_random_uuid(), 1, 1, 1, 'a line', '${row!.day}T12:00Z');
     insert into events (task_id, attempt, type, status, at) values (gen_random_uuid(), 1, 'finished', 'Completed', '${row!.day}T12:00Z')`,
  );
  return row!.day;
}

async function openTask(days: number): Promise<void> {
  await database.raw(
    `insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, idempotency_key,
                        created_by, created_by_name, request_id, created_at)
     values (gen_random_uuid(), 'workflow', 'create_servers', 'Waiting', 'x', false, 'provisioning', '{}', '{}', 3,
             gen_random_uuid(), gen_random_uuid(), 'ada', 'r', now() - make_interval(days => ?))`,
    [days],
  );
}

/** Every consumer that must see all events has seen them. */
const allRead = () =>
  database.raw('update feed_positions set seq = (select coalesce(max(seq), 0) from events)');

const events = async () =>
  Number((await rowsOf<{ n: string }>(database, 'select count(*) as n from events'))[0]!.n);

it('drops days past the retention, and keeps those that unfinished work may need', async () => {
  const [old, middle, young] = [await dayInThePast(50), await dayInThePast(40), await dayInThePast(10)];
  await openTask(45);
  await allRead();
  expect(await maintenance.dropOldPartitions(30)).toEqual([`task_logs_${old}`, `event_chunks_${old}`]);
  await database('tasks').update({ status: 'Completed' });
  expect(await maintenance.dropOldPartitions(30)).toEqual([`task_logs_${middle}`, `event_chunks_${middle}`]);
  expect(await maintenance.dropOldPartitions(30)).toEqual([]);
  expect(await events()).toBe(1);
  await maintenance.dropOldPartitions(5);
  expect(
    await rowsOf(
      database,
      `select from pg_class where relname in ('event_chunks_${young}', 'task_logs_${young}')`,
    ),
  ).toEqual([]);
  expect(await events()).toBe(0);
});

it('keeps the days whose events the audit trail and webhooks have not received completely', async () => {
  const [older, old] = [await dayInThePast(80), await dayInThePast(70)];
  expect(await maintenance.dropOldPartitions(30)).toEqual([]);
  // Only the older one has been read; one more day is kept, since transactions overlap.
  await database.raw(`update feed_positions set seq = (select max(number) from event_chunks_${older})`);
  expect(await maintenance.dropOldPartitions(30)).toContain(`event_chunks_${older}`);
  expect(await maintenance.dropOldPartitions(30)).toEqual([]);
  await allRead();
  expect(await maintenance.dropOldPartitions(30)).toContain(`event_chunks_${old}`);
});

it('does not wait: a partition that is being read is dropped another time', async () => {
  const day = await dayInThePast(60);
  await allRead();
  const reader = await database.transaction();
  await reader.raw(`select * from event_chunks_${day}`);
  expect(await maintenance.dropOldPartitions(30)).not.toContain(`event_chunks_${day}`);
  await reader.commit();
  expect(await maintenance.dropOldPartitions(30)).toContain(`event_chunks_${day}`);
});

it('creates the partitions of the coming days, any number of times', async () => {
  await Promise.all([maintenance.preparePartitions(), maintenance.preparePartitions()]);
  const partitions = await rowsOf<{ relname: string }>(
    database,
    `select relname from pg_class where relname ~ '^event_chunks_\\d{8}$' and to_date(right(relname, 8), 'YYYYMMDD') >= (now() at time zone 'UTC')::date`,
  );
  expect(partitions).toHaveLength(8);
});

it('sums up counts without changing them', async () => {
  await database.raw(
    `insert into tallies (kind, status, n, seconds) select 'workflow', 'Completed', 1, 2 from generate_series(1, 100)`,
  );
  await Promise.all([maintenance.sumTallies(), maintenance.sumTallies(), maintenance.sumTallies()]);
  const rows = await rowsOf<{ n: string; seconds: number }>(
    database,
    `select n, seconds from tallies where status = 'Completed'`,
  );
  expect(rows.reduce((sum, { n }) => sum + Number(n), 0)).toBe(100);
  expect(rows).toHaveLength(1);
});
