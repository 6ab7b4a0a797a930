import type { Knex } from 'knex';

/** Plans with their decisions. Executing a plan holds infra locks before its batch exists. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table plans (
      id                uuid primary key,
      kind              text not null check (kind in ('batch')),
      name              text not null,
      status            text not null check (status in ('Planning', 'Planned', 'Approved', 'Executing', 'Executed',
                          'Failed', 'Rejected', 'Expired', 'Stale', 'Cancelled')),
      -- What was requested, with all defaults.
      request           jsonb not null,
      infras            text[] not null,
      scope_id          uuid not null,
      created_by        uuid not null,
      created_by_name   text not null,
      request_id        text not null,
      traceparent       text,
      actor             jsonb,
      created_at        timestamptz not null default now(),
      planning_task     uuid not null,
      planned_at        timestamptz,
      digest            text,
      -- PlanInputs and PlanContent (domain/plan/plan.ts).
      inputs            jsonb,
      content           jsonb,
      expires_at        timestamptz,
      -- The id of the batch that executes the plan. It holds the locks before the batch exists.
      run_id            uuid unique,
      -- The Submitter (domain/workflow/submitter.ts) who executes the plan.
      executor          jsonb,
      verification_task uuid,
      moved             jsonb not null default '[]',
      error             text,
      ended_at          timestamptz
    );
    create index plans_open on plans (status) where status in ('Planning', 'Planned', 'Approved', 'Executing');
    create index plans_infras on plans using gin (infras);

    create table plan_decisions (
      plan_id    uuid not null references plans on delete cascade,
      user_id    uuid not null,
      username   text not null,
      session_id uuid not null,
      decision   text not null check (decision in ('approve', 'reject')),
      comment    text,
      digest     text not null,
      decided_at timestamptz not null default now(),
      primary key (plan_id, user_id)
    );

    alter table locks drop constraint if exists new_locks_holder_kind_check, drop constraint if exists locks_holder_kind_check,
      add constraint locks_holder_kind_check check (holder_kind in ('task', 'batch', 'plan'));

    alter table event_chunks drop constraint events_type_known,
      add constraint events_type_known check (type in (
        'submitted', 'ready', 'started', 'reconciling', 'progress', 'attempt_failed', 'requeued', 'outcome_unknown',
        'cancel_requested', 'cancelled', 'finished', 'late_result', 'rolling_back', 'health', 'checkpoint_created',
        'resource_changed', 'refused', 'told', 'plan_changed', 'plan_decided')) not valid;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
