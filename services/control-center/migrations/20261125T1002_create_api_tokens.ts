import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table api_tokens (
      id           uuid primary key,
      user_id      uuid not null references users on delete cascade,
      name         text not null,
      -- SHA-256 of the text, which is shown once: it has 178 random bits.
      hash         bytea not null constraint api_tokens_hash_key unique,
      roles        text[] not null,
      created_at   timestamptz not null,
      expires_at   timestamptz not null,
      last_used_at timestamptz,
      constraint api_tokens_name_key unique (user_id, name)
    ) with (fillfactor = 80);
    create index api_tokens_by_end on api_tokens (expires_at);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
