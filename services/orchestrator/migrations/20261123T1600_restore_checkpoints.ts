import type { Knex } from 'knex';

/** Checkpoints of some infras, and what rollbacks had to leave as it is. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Null: all infras.
    alter table checkpoints add infras text[];
    -- Of a rollback: what nobody could undo, and why.
    alter table batches add impossible jsonb;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
