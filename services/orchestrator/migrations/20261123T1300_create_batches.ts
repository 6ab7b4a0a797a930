import type { Knex } from 'knex';

/** Batches, locks with a line in front of them, and what grows for ever in partitions that can be dropped. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table batches (
      id                  uuid primary key,
      name                text not null,
      version             text,
      storage_backend     text,
      status              text not null check (status in
                            ('Pending', 'Running', 'RollingBack', 'Completed', 'Failed', 'Cancelled', 'RolledBack')),
      parallel_limit      int not null,
      rollback_enabled    boolean not null,
      on_failure          text not null check (on_failure in ('continue', 'stop')),
      resume_of           uuid,
      infras              text[] not null,
      total               int not null,
      completed           int not null default 0,
      failed              int not null default 0,
      cancelled           int not null default 0,
      created_by          uuid not null,
      created_by_name     text not null,
      request_id          text not null,
      traceparent         text,
      created_at          timestamptz not null default now(),
      started_at          timestamptz,
      completed_at        timestamptz,
      cancel_requested_at timestamptz,
      error               text
    ) with (fillfactor = 70);
    create index batches_by_status on batches (status, id desc);

    alter table tasks drop constraint tasks_status_check;
    alter table tasks
      add constraint tasks_status_check check (status in ('Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait',
                                                          'Unknown', 'Completed', 'Failed', 'Cancelled')),
      -- command: a process of its own; operation: a call in the driver host.
      add runner          text not null default 'command' check (runner in ('command', 'operation')),
      add batch_id        uuid,
      add op_key          text,
      add seq             int not null default 0,
      add depends_on      uuid[] not null default '{}',
      add pending_deps    int not null default 0,
      add retries         int not null default 0,
      add failures        int not null default 0,
      add losses          int not null default 0,
      -- Whether a lost attempt may be made again, and whether somebody can be asked what became of it.
      add repeatable      boolean not null default true,
      add reconcilable    boolean not null default false,
      add undoable        boolean not null default false,
      add compensates     uuid,
      add kept_from       uuid,
      add idempotency_key uuid,
      add timeout_seconds int,
      add run_after       timestamptz;
    update tasks set kind = 'workflow', idempotency_key = id,
                     reconcilable = not check_mode and program = 'provisioning';
    alter table tasks alter idempotency_key set not null;

    drop index tasks_waiting, tasks_running;
    create index tasks_of_worker on tasks (worker_id) where status in ('Running', 'Unknown');
    create index tasks_unknown on tasks (ready_at) where status = 'Unknown' and worker_id is null;
    create index tasks_retrying on tasks (run_after) where status = 'RetryWait';
    create unique index tasks_compensating on tasks (compensates) where compensates is not null;
    create index tasks_of_batch on tasks (batch_id, seq) where batch_id is not null;
    create index tasks_open_of_batch on tasks (batch_id, status, seq)
      where batch_id is not null and status in ('Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait', 'Unknown');
    create index tasks_open on tasks (created_at)
      where status in ('Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait', 'Unknown');
    create index tasks_finished on tasks (name, check_mode, id desc) where status = 'Completed';

    -- Who stands on whom, seen from below: what an operation's end looks up.
    create table op_deps (
      depends_on uuid not null,
      op_id      uuid not null,
      primary key (depends_on, op_id)
    );

    -- What is to be done, where it is more than a command line. Kept apart, so that lists stay cheap.
    create table task_specs (
      task_id uuid primary key,
      spec    jsonb not null
    );

    -- A line before each infra, in the order of the tickets: its first has the infra. Tickets are drawn with the infras
    -- held, so that two holders who meet before several infras meet in the same order before each of them.
    create sequence lock_tickets;
    create table new_locks (
      infra        text not null,
      ticket       bigint not null,
      holder_id    uuid not null,
      holder_kind  text not null check (holder_kind in ('task', 'batch')),
      requested_at timestamptz not null default now(),
      granted_at   timestamptz,
      primary key (infra, ticket)
    );
    insert into new_locks (infra, ticket, holder_id, holder_kind, requested_at, granted_at)
      select infra, nextval('lock_tickets'), holder_id, 'task', acquired_at, acquired_at from locks;
    insert into new_locks (infra, ticket, holder_id, holder_kind, requested_at)
      select infra, nextval('lock_tickets'), id, 'task', created_at
        from (select * from tasks where status = 'Waiting' order by id) waiting;
    drop table locks;
    alter table new_locks rename to locks;
    alter table locks rename constraint new_locks_pkey to locks_pkey;
    create index locks_of_holder on locks (holder_id);

    -- The history of tasks and batches: one sequence for everything.
    create sequence event_seq;
    create table events (
      seq      bigint not null default nextval('event_seq'),
      id       uuid not null default gen_random_uuid(),
      task_id  uuid,
      batch_id uuid,
      attempt  int not null,
      type     text not null,
      status   text not null,
      at       timestamptz not null default now(),
      details  jsonb not null default '{}',
      primary key (seq, at)
    ) partition by range (at);
    create index events_of_task on events (task_id, seq) where task_id is not null;
    create index events_of_batch on events (batch_id, seq) where task_id is null;
    do $$
    declare today timestamptz := date_trunc('day', now(), 'UTC');
    begin
      execute format('create table %I partition of events for values from (%L) to (%L)',
                     'events_' || to_char(today at time zone 'UTC', 'YYYYMMDD'), today, today + interval '1 day');
      if exists (select from task_events where at < today) then
        execute format('create table events_before partition of events for values from (minvalue) to (%L)', today);
      end if;
    end $$;
    insert into events (seq, id, task_id, attempt, type, status, at, details)
      select seq, id, task_id, attempt, type, status, at, details from task_events;
    select setval('event_seq', (select coalesce(max(seq), 0) + 1 from events));
    drop table task_events;

    -- What was counted: rows are added, and summed up now and then, so that no transition waits for another's counter.
    create table tallies (
      day     date not null default (now() at time zone 'UTC')::date,
      kind    text not null,
      -- Submitted, or how it ended.
      status  text not null,
      n       bigint not null,
      -- From start to end, of those that completed.
      seconds double precision not null default 0
    );
    insert into tallies (kind, status, n) select kind, 'Submitted', count(*) from tasks group by kind;
    insert into tallies (kind, status, n, seconds)
      select kind, status, count(*), coalesce(sum(extract(epoch from completed_at - started_at)), 0)
        from tasks where status in ('Completed', 'Failed', 'Cancelled') group by kind, status;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
