import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Failed sign-ins by user and client. The key is a digest: people type passwords into the field for the name.
    create table login_attempts (
      key        bytea primary key,
      count      int not null,
      expires_at timestamptz not null
    ) with (fillfactor = 70);
    create index login_attempts_by_end on login_attempts (expires_at);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
