import type { Knex } from 'knex';

/**
 * Events that one transaction records of one type are one row. An event's number is that of its chunk and its place in it, so
 * the sequence goes on in steps of 4096, above all numbers that were drawn. The rows of before stay where they are and are
 * dropped by the day. `events` is a view of both: processes of the previous release read it, and what they record goes into
 * chunks.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Waits for the transactions that have drawn a number, so that no lower number appears any more.
    alter sequence event_seq increment by 4096;
    select setval('event_seq', (last_value + 4095) / 4096 * 4096) from event_seq;

    alter table events rename to event_rows;

    create table event_chunks (
      -- The number of its first event. A transaction has its id before it draws one (postgres/events/event-feed.ts).
      number   bigint not null default case when pg_current_xact_id() is not null then nextval('event_seq') end,
      at       timestamptz not null default now(),
      type     text not null,
      status   text not null,
      batch_id uuid,
      -- An element for each event: null where it is about no task. Without a batch there is one.
      task_ids uuid[] not null,
      attempts int[] not null,
      -- Members that all of its events share.
      details  jsonb not null default '{}',
      -- Null, or an array with the other members of each event.
      own      jsonb,
      actor    jsonb,
      primary key (number, at),
      constraint event_chunks_places check (
        cardinality(task_ids) between 1 and 4096 and cardinality(attempts) = cardinality(task_ids)
        and (batch_id is not null or cardinality(task_ids) = 1)),
      constraint events_type_known check (type in (
        'submitted', 'ready', 'started', 'reconciling', 'progress', 'attempt_failed', 'requeued', 'outcome_unknown',
        'cancel_requested', 'cancelled', 'finished', 'late_result', 'rolling_back', 'health', 'checkpoint_created',
        'resource_changed', 'refused', 'told'))
    ) partition by range (at);
    create index event_chunks_of_batch on event_chunks (batch_id, number) where batch_id is not null;
    create index event_chunks_of_task on event_chunks ((task_ids[1]), number) where batch_id is null;
    do $$
    declare
      day date;
    begin
      for day in select generate_series((now() at time zone 'UTC')::date - 1, (now() at time zone 'UTC')::date + 7, interval '1 day')::date loop
        execute format('create table %I partition of event_chunks for values from (%L) to (%L)',
                       'event_chunks_' || to_char(day, 'YYYYMMDD'), day::timestamp at time zone 'UTC',
                       (day + 1)::timestamp at time zone 'UTC');
      end loop;
    end $$;

    -- The id of an event in a chunk is made from its time and number: a UUID of version 7 (RFC 9562, section 6.2).
    create view events as
      select seq, id, task_id, batch_id, attempt, type, status, at, details, actor from event_rows
      union all
      select c.number + e.place - 1,
             (lpad(to_hex(floor(extract(epoch from c.at) * 1000)::bigint), 12, '0') || '7000'
               || to_hex((c.number + e.place - 1) | (1::bigint << 63)))::uuid,
             e.task_id, c.batch_id, e.attempt, c.type, c.status, c.at,
             c.details || coalesce(c.own -> (e.place::int - 1), '{}'), c.actor
        from event_chunks c cross join lateral unnest(c.task_ids, c.attempts) with ordinality as e (task_id, attempt, place);

    -- Replaced with the other functions (functions/10_events.sql); here for what is recorded until then.
    create function store_event() returns trigger language plpgsql as $$
    begin
      insert into event_chunks (at, type, status, batch_id, task_ids, attempts, details, actor)
        values (coalesce(new.at, now()), new.type, new.status, new.batch_id, array[new.task_id], array[new.attempt],
                coalesce(new.details, '{}'), new.actor)
        returning number into new.seq;
      return new;
    end $$;
    create trigger events_into_chunks instead of insert on events for each row execute function store_event();
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
