import type { Knex } from 'knex';

/** Retention asks for each old task whether a retry of it exists. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index tasks_retrying_another on tasks (retry_of) where retry_of is not null');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
