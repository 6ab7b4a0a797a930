import type { Knex } from 'knex';

/** What a submission was allowed on, and decisions on their way to the control center. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table tasks add granted_on jsonb;
    alter table batches add granted_on jsonb;
    create index tasks_with_grants on tasks (id)
      where batch_id is null and granted_on is not null and status in ('Waiting', 'Ready', 'RetryWait');
    create index batches_with_grants on batches (id)
      where granted_on is not null and status in ('Pending', 'Running');

    create table decision_outbox (
      seq      bigint generated always as identity primary key,
      decision jsonb not null
    );
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
