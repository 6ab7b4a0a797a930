import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sessions (
      id           uuid primary key,
      user_id      uuid not null references users on delete cascade,
      -- The one token of the session that is good; each refresh puts a new one in its place.
      token_id     uuid not null,
      generation   int not null default 1,
      created_at   timestamptz not null,
      last_seen    timestamptz not null,
      expires_at   timestamptz not null,
      ip           text not null,
      user_agent   text,
      ended_at     timestamptz,
      ended_reason text,
      check ((ended_at is null) = (ended_reason is null))
    ) with (fillfactor = 80);
    create index sessions_open on sessions (user_id) where ended_at is null;
    create index sessions_by_end on sessions (expires_at);

    -- When each former token of a session was replaced: presented again, it tells a retry from a stolen token.
    create table rotated_tokens (
      token_id   uuid primary key,
      session_id uuid not null references sessions on delete cascade,
      rotated_at timestamptz not null
    );
    create index rotated_tokens_by_session on rotated_tokens (session_id);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
