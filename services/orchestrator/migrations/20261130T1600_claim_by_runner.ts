import type { Knex } from 'knex';

/** Processes of the previous release go on writing while the indexes change: each statement is a transaction of its own. */
export const config = { transaction: false };

/** Executors claim commands and operations within limits of their own: ready tasks are found by runner. */
export async function up(knex: Knex): Promise<void> {
  // An interrupted run leaves an invalid index.
  await knex.raw('drop index concurrently if exists tasks_to_claim');
  await knex.raw(
    `create index concurrently tasks_to_claim on tasks (runner, priority, ready_at) where status = 'Ready'`,
  );
  await knex.raw('drop index concurrently if exists tasks_ready');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
