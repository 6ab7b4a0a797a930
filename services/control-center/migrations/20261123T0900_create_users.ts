import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table users (
      id            uuid primary key,
      -- Canonical already (NFKC, lower case): equality is enough to find a user by name.
      username      text not null constraint users_username_key unique,
      email         text not null,
      password_hash text not null,
      roles         text[] not null,
      enabled       boolean not null,
      -- Counts the changes that end a user's sessions: a sign-in under way during one comes to nothing.
      token_epoch   int not null default 0,
      version       int not null default 1,
      created_at    timestamptz not null,
      updated_at    timestamptz not null,
      last_login    timestamptz
    ) with (fillfactor = 80);
    create unique index users_email_key on users (lower(email));
    create index users_by_age on users (created_at desc, id desc);
    create index users_enabled_admins on users (id) where enabled and 'admin' = any (roles);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
