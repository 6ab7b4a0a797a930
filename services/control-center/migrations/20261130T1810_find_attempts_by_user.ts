import type { Knex } from 'knex';

/**
 * The counts of failed sign-ins belong to a user and a client. The digest of the user alone finds all of them, to unlock
 * the user. Counts of the previous release have none; they expire within 15 minutes.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table login_attempts add user_key bytea;
    create index login_attempts_by_user on login_attempts (user_key);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
