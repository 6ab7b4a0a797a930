import type { Knex } from 'knex';

/** Executors claim commands and operations within limits of their own: ready tasks are found by runner. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index tasks_to_claim on tasks (runner, priority, ready_at) where status = 'Ready';
    drop index tasks_ready;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
