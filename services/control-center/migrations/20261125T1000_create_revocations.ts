import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Whose tokens are good no more. It names users and sessions without referring to them: it outlives both.
    create table revocations (
      seq        bigint primary key,
      kind       text not null check (kind in ('session', 'token', 'user', 'api_token')),
      subject    uuid not null,
      at         timestamptz not null,
      -- When what it speaks of has ended by itself.
      expires_at timestamptz not null
    );
    create index revocations_by_end on revocations (expires_at);

    -- The last number that was given out. Its row stays locked until the commit, so whoever has read up to a number has
    -- missed none before it: a sequence would give numbers out in one order and show them in another.
    create table revocation_head (
      singleton boolean primary key default true check (singleton),
      seq  bigint not null
    );
    insert into revocation_head (seq) values (0);

    -- No token issued up to then is good: the next one is issued after that, whatever the clock of its process says.
    alter table users add column tokens_revoked_at timestamptz;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
