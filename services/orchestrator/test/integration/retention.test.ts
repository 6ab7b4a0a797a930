import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgres, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { OldRowsDeletion } from '../../src/domain/worker/old-rows.js';
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
  await database.transaction(async (reader) => {
    await reader.raw(`select * from event_chunks_${day}`);
    expect(await maintenance.dropOldPartitions(30)).not.toContain(`event_chunks_${day}`);
  });
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

const AGES = { retentionDays: 5, workRetentionDays: 30 };
const deletion = (stepRows = 500, steps = 100) => new OldRowsDeletion(maintenance, AGES, { stepRows, steps });

interface Work {
  days: number;
  status?: 'Completed' | 'Ready';
  batch?: string;
  retryOf?: string;
}

/** Adds a task of the past with all that belongs to it. @returns its id, whose time is that of the task */
async function work({ days, status = 'Completed', batch, retryOf }: Work): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(
    database,
    `with past as (select now() - make_interval(days => :days) as at),
          id as (select overlay(gen_random_uuid()::text placing left(id_at(at)::text, 15) from 1)::uuid as id from past),
          result as (insert into task_results (task_id, output, data, evidence) select id, '', '{}', '{}' from id),
          spec as (insert into task_specs (task_id, spec) select id, '{}' from id),
          progress as (insert into task_progress (task_id, attempt, total_steps, done_steps) select id, 1, 1, 1 from id)
     insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, idempotency_key, batch_id,
                        retry_of, created_by, created_by_name, request_id, created_at, completed_at)
     select id, 'workflow', 'create_servers', :status, 'x', false, 'provisioning', '{}', '{}', 3, gen_random_uuid(), :batch,
            :retryOf, gen_random_uuid(), 'ada', 'r', at, case when :status = 'Completed' then at end from id, past
     returning id`,
    { days, status, batch: batch ?? null, retryOf: retryOf ?? null },
  );
  return row!.id;
}

async function pastBatch(days: number, resumeOf: string | null = null): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(
    database,
    `insert into batches (id, name, status, parallel_limit, rollback_enabled, on_failure, resume_of, infras, total, created_by,
                          created_by_name, request_id, created_at, completed_at)
     select overlay(gen_random_uuid()::text placing left(id_at(at)::text, 15) from 1)::uuid, 'b', 'Completed', 1, false, 'stop', :resumeOf,
            '{x}', 1, gen_random_uuid(), 'ada', 'r', at, at from (select now() - make_interval(days => :days) as at) past returning id`,
    { days, resumeOf },
  );
  return row!.id;
}

async function pastPlan(days: number, run: string | null): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(
    database,
    `insert into plans (id, kind, name, status, request, infras, scope_id, created_by, created_by_name, request_id, run_id,
                        created_at, ended_at)
     select overlay(gen_random_uuid()::text placing left(id_at(at)::text, 15) from 1)::uuid, 'batch', 'p', 'Executed', '{}', '{x}',
            gen_random_uuid(), gen_random_uuid(), 'ada', 'r', :run, at, at
       from (select now() - make_interval(days => :days) as at) past returning id`,
    { days, run },
  );
  return row!.id;
}

async function journalEntry(
  days: number,
  name: string,
  { task = null as string | null, state = 'done' } = {},
): Promise<number> {
  const [row] = await rowsOf<{ seq: string }>(
    database,
    `insert into journal (task_id, attempt, state, change, infra, kind, name, provider, driver, at)
     values (coalesce(:task, gen_random_uuid()), 1, :state, 'create', 'x', 'server', :name, 'local', 'local', now() - make_interval(days => :days))
     returning seq`,
    { days, name, task, state },
  );
  return Number(row!.seq);
}

const left = async (table: string, column = 'id') =>
  new Set(
    (await rowsOf<{ id: string }>(database, `select ${column}::text as id from ${table}`)).map(
      ({ id }) => id,
    ),
  );

describe('old rows', () => {
  beforeAll(() =>
    database.raw('truncate tasks, task_results, task_specs, task_progress, batches, journal, workers'),
  );

  it('deletes ended work with all that belongs to it, and keeps what is open, young, resumed or retried', async () => {
    await allRead();
    const [old, open, young] = [
      await work({ days: 31 }),
      await work({ days: 31, status: 'Ready' }),
      await work({ days: 29 }),
    ];
    const [retried, resumed, whole] = [await work({ days: 40 }), await pastBatch(40), await pastBatch(35)];
    const retry = await work({ days: 29, retryOf: retried });
    const resuming = await pastBatch(29, resumed);
    const [kept, gone] = [await work({ days: 40, batch: resumed }), await work({ days: 35, batch: whole })];
    await deletion().run();
    expect(await left('batches')).toEqual(new Set([resumed, resuming]));
    expect(await left('tasks')).toEqual(new Set([open, young, retried, retry, kept]));
    for (const table of ['task_results', 'task_specs', 'task_progress']) {
      const ids = await left(table, 'task_id');
      expect([ids.has(old), ids.has(gone), ids.has(kept)]).toEqual([false, false, true]);
    }
  });

  it('keeps plans as long as the work that executed them', async () => {
    const [batch, task] = [await pastBatch(29), await work({ days: 29 })];
    await pastPlan(31, null);
    await pastPlan(31, await work({ days: 31 }));
    const kept = [await pastPlan(31, batch), await pastPlan(31, task), await pastPlan(29, null)];
    await deletion().run();
    expect(await left('plans')).toEqual(new Set(kept));
  });

  it('keeps the whole journal of what exists or may be restored, and the work that it refers to', async () => {
    const [made, removed] = [await work({ days: 50 }), await work({ days: 50 })];
    const exists = await journalEntry(50, 'exists', { task: made });
    await database.raw(
      `insert into resources (infra, kind, name, provider, driver, body, version, task_id, created_at, updated_at)
       values ('x', 'server', 'exists', 'local', 'local', '{}', 1, ?, now(), now())`,
      [made],
    );
    const gone = await journalEntry(50, 'gone', { task: removed });
    const halfOld = [await journalEntry(50, 'half_old'), await journalEntry(3, 'half_old')];
    const open = [await journalEntry(50, 'open'), await journalEntry(50, 'open', { state: 'intended' })];
    const newest = await journalEntry(50, 'newest');
    const all = [exists, gone, ...halfOld, ...open, newest].map(String);
    await database.raw(
      `insert into checkpoints (id, name, journal_seq, operations_count, bytes, created_by, created_by_name)
       values (gen_random_uuid(), 'c', ?, 0, 0, gen_random_uuid(), 'ada')`,
      [exists],
    );
    await deletion().run();
    expect(await left('journal', 'seq')).toEqual(new Set(all));
    await database('checkpoints').delete();
    await deletion().run();
    expect(await left('journal', 'seq')).toEqual(new Set(all.filter((seq) => seq !== String(gone))));
    const tasks = await left('tasks');
    expect([tasks.has(made), tasks.has(removed)]).toEqual([true, false]);
  });

  it('keeps work whose events the audit trail has not received', async () => {
    await dayInThePast(33);
    const id = await work({ days: 32 });
    await database.raw('update feed_positions set seq = 0');
    await deletion().run();
    expect((await left('tasks')).has(id)).toBe(true);
    await allRead();
    await deletion().run();
    expect((await left('tasks')).has(id)).toBe(false);
  });

  it('keeps the counts of lists right', async () => {
    await database.raw('truncate tasks, task_ranges');
    for (const days of [60, 59, 20, 19]) await work({ days });
    await database.raw('select close_task_ranges(10, 2)');
    const total = async () => await rowsOf(database, 'select n, completed from task_ranges order by last_id');
    expect(await total()).toEqual([
      { n: 2, completed: 2 },
      { n: 2, completed: 2 },
    ]);
    await deletion(1, 1).run();
    expect(await total()).toEqual([
      { n: 1, completed: 1 },
      { n: 2, completed: 2 },
    ]);
    await deletion().run();
    expect(await total()).toEqual([{ n: 2, completed: 2 }]);
  });

  it('looks at a bounded number of rows in each run, continues there, and waits for no lock', async () => {
    await database.raw('truncate tasks, task_ranges');
    const ids: string[] = [];
    for (let days = 60; days > 50; days -= 1) ids.push(await work({ days }));
    const bounded = deletion(2, 2);
    await database.transaction(async (holder) => {
      await holder.raw('select from tasks where id = ? for update', [ids[0]!]);
      await bounded.run();
      expect(await left('tasks')).toEqual(new Set([ids[0], ...ids.slice(4)]));
      await bounded.run();
      expect(await left('tasks')).toEqual(new Set([ids[0], ...ids.slice(8)]));
    });
    await bounded.run();
    await bounded.run();
    expect(await left('tasks')).toEqual(new Set());
  });

  it('deletes workers that are long dead, except the one that was alive last', async () => {
    await database.raw(
      `insert into workers (id, host, boot_id, slot, pid, state, lease_until)
       select gen_random_uuid(), 'h' || days, 'b', 1, 1, 'dead', now() - make_interval(days => days) from unnest(array[9, 8, 7]) as days`,
    );
    await deletion().run();
    expect(await left('workers', 'host')).toEqual(new Set(['h7']));
  });

  it('deletes idempotency keys after 24 hours and settled deliveries after the retention of events', async () => {
    await database.raw(
      `insert into idempotency_keys (principal, key, request_hash, data, created_at)
         select 'p', days::text, '', '{}', now() - make_interval(days => days) from unnest(array[0, 2]) as days;
       insert into webhooks (id, source, url, events, enabled, secret)
         values ('00000000-0000-7000-8000-000000000001', 'configuration', 'https://x', '{}', true, '');
       insert into webhook_deliveries (id, webhook_id, event, event_at, data, state, created_at)
         select gen_random_uuid(), '00000000-0000-7000-8000-000000000001', state || days, now(), '{}', state, now() - make_interval(days => days)
           from unnest(array[1, 6]) as days, unnest(array['pending', 'delivered']) as state`,
    );
    await deletion().run();
    expect(await left('idempotency_keys', 'key')).toEqual(new Set(['0']));
    expect(await left('webhook_deliveries', 'event')).toEqual(
      new Set(['pending1', 'pending6', 'delivered1']),
    );
  });
});
