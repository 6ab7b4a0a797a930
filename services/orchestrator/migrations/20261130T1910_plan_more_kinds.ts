import type { Knex } from 'knex';

/** Plans of workflows, rollbacks and restores. No task plans a rollback or restore: that is done with the request. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table plans
      drop constraint plans_kind_check,
      add constraint plans_kind_check check (kind in ('batch', 'workflow', 'rollback', 'restore')),
      alter column planning_task drop not null;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
