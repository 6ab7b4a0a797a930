import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The first answer to each request that came with an Idempotency-Key, for 24 hours.
    create table idempotency_keys (
      principal    text not null,
      -- Digests: of the key, and of the request under the key.
      key          text not null,
      request_hash text not null,
      -- Null until the transaction that makes the thing has its answer: nobody else ever sees that.
      answer       json,
      created_at   timestamptz not null default now(),
      primary key (principal, key)
    );
    create index idempotency_keys_by_age on idempotency_keys (created_at);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
