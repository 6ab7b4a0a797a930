import type { Knex } from 'knex';

/** What is needed to recognise a database that was restored from a backup, and to end every token after that. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The database cluster that this schema was last used in.
    create table database_identity (
      one_row           boolean primary key default true check (one_row),
      -- Null where the role may not read it.
      system_identifier text,
      -- Set by migrate after a restore. The next process that serves acts on it.
      restored          boolean not null default false
    );

    -- 'all': every token of every user issued up to then.
    alter table revocations drop constraint revocations_kind_check,
      add constraint revocations_kind_check check (kind in ('session', 'token', 'user', 'api_token', 'all'));
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
