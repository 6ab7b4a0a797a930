import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The session that began it: another one of the user, which may be stolen, cannot confirm it. Null for what an older
    -- release began, which has to be begun again.
    alter table user_mfa add column pending_session_id uuid;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
