import type { Knex } from 'knex';

/** When an attempt at a webhook last failed: attempts that had begun before say nothing new about the endpoint. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table webhooks add last_failure_at timestamptz');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
