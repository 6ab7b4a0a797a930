import type { Knex } from 'knex';

/** What the policies required of a plan when it was made (ApprovalRequirement in packages/policy). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table plans add column requirements jsonb not null default '[]'`);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
