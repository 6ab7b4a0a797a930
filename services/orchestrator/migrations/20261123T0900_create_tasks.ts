import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- One row for each executor that ever lived; its lease is the lease of everything that it runs.
    create table workers (
      id          uuid primary key,
      host        text not null,
      boot_id     text not null,
      slot        int not null,
      pid         int not null,
      state       text not null check (state in ('alive', 'dead')),
      lease_until timestamptz not null,
      started_at  timestamptz not null default now()
    ) with (fillfactor = 70);
    create index workers_lease on workers (lease_until) where state = 'alive';

    create table tasks (
      id                  uuid primary key,
      kind                text not null,
      name                text not null,
      status              text not null check (status in
                            ('Waiting', 'Ready', 'Running', 'Unknown', 'Completed', 'Failed', 'Cancelled')),
      infra               text not null,
      check_mode          boolean not null,
      program             text not null,
      verb                text[] not null,
      args                text[] not null,
      retry_of            uuid,
      priority            int not null default 0,
      attempt             int not null default 0,
      max_attempts        int not null,
      worker_id           uuid,
      ready_at            timestamptz,
      created_by          uuid not null,
      created_by_name     text not null,
      request_id          text not null,
      traceparent         text,
      created_at          timestamptz not null default now(),
      started_at          timestamptz,
      completed_at        timestamptz,
      cancel_requested_at timestamptz,
      exit_code           int,
      signal              text,
      error               text,
      -- What a list shows of the output; all of it is in task_results.
      output_tail         text,
      result_id           uuid
    ) with (fillfactor = 75);
    create index tasks_ready on tasks (priority, ready_at) where status = 'Ready';
    create index tasks_running on tasks (worker_id) where status in ('Running', 'Unknown');
    create index tasks_waiting on tasks (infra, id) where status = 'Waiting';
    create index tasks_by_status on tasks (status, id desc);

    -- What a list never needs: kept apart, so that lists stay cheap.
    create table task_results (
      task_id  uuid primary key,
      output   text not null,
      data     jsonb not null,
      evidence jsonb not null
    );
    create table task_progress (
      task_id      uuid primary key,
      attempt      int not null,
      total_steps  int not null,
      done_steps   int not null,
      current_step text,
      updated_at   timestamptz not null default now()
    ) with (fillfactor = 70);

    -- The history: appended only, in the same transaction as the change that it tells of.
    create table task_events (
      seq     bigint generated always as identity primary key,
      id      uuid not null default gen_random_uuid(),
      task_id uuid not null,
      attempt int not null,
      type    text not null,
      status  text not null,
      at      timestamptz not null default now(),
      details jsonb not null default '{}'
    );
    create index task_events_by_task on task_events (task_id, seq);

    -- Lines of output in chunks, numbered from 1 without gaps; dropped by the day.
    create table task_logs (
      task_id    uuid not null,
      attempt    int not null,
      first_line bigint not null,
      line_count int not null,
      text       text not null,
      at         timestamptz not null,
      primary key (task_id, first_line, at)
    ) partition by range (at);

    -- One infra is changed by one workflow at a time. A lock lives as long as its holder is not terminal, and the
    -- holder's life hangs on its worker's lease.
    create table locks (
      infra       text primary key,
      holder_id   uuid not null,
      acquired_at timestamptz not null default now()
    );
    create index locks_by_holder on locks (holder_id);

    create table idempotency_keys (
      principal    text not null,
      key          text not null,
      request_hash text not null,
      data         jsonb not null,
      created_at   timestamptz not null default now(),
      primary key (principal, key)
    );
    create index idempotency_keys_age on idempotency_keys (created_at);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
