import type { Knex } from 'knex';

/**
 * Who did something, for the audit trail: `{user_id, username, session_id, ip, request_id}`. Of an event: only where
 * somebody did it; what follows from a task or a batch is its submitter's. What is older has none.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table tasks add actor jsonb;
    alter table batches add actor jsonb;
    alter table events add actor jsonb;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
