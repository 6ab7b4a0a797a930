import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Second factors. Secrets are sealed: the key is not in the database.
    create table user_mfa (
      user_id        uuid primary key references users on delete cascade,
      -- The one that codes are taken of; null until the first is confirmed.
      secret         bytea,
      activated_at   timestamptz,
      -- The newest time step of which a code was taken: none is good twice, nor after a later one.
      last_step      bigint not null default 0,
      -- Codes tried since the last good one.
      failures       int not null default 0,
      locked_until   timestamptz,
      -- Counts for nothing until a code confirms it; the active one stays until then.
      pending_secret bytea,
      pending_at     timestamptz,
      check ((secret is null) = (activated_at is null)),
      check ((pending_secret is null) = (pending_at is null))
    ) with (fillfactor = 80);

    create table mfa_recovery_codes (
      user_id uuid not null references users on delete cascade,
      -- SHA-256: each has 120 random bits.
      hash    bytea not null,
      used_at timestamptz,
      primary key (user_id, hash)
    );

    alter table users add column mfa_enabled boolean not null default false;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
