import type { Knex } from 'knex';

/** Who wants to be told of events, and what he was told. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table webhooks (
      id              uuid primary key,
      source          text not null check (source in ('api', 'configuration')),
      url             text not null,
      events          text[] not null,
      description     text,
      enabled         boolean not null,
      -- Sealed; the one before signs along until its time is up.
      secret          text not null,
      previous_secret text,
      previous_until  timestamptz,
      created_at      timestamptz not null default now(),
      -- The breaker, which all processes share: failures in a row, and until when nothing is sent.
      failures        int not null default 0,
      open_until      timestamptz
    ) with (fillfactor = 70);

    create table webhook_deliveries (
      id              uuid primary key,
      webhook_id      uuid not null references webhooks on delete cascade,
      event           text not null,
      -- Of the event, and the JSON text of its data: a repetition is the same to the byte.
      event_at        timestamptz not null,
      data            text not null,
      state           text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
      attempts        int not null default 0,
      response_status int,
      error           text,
      created_at      timestamptz not null default now(),
      last_attempt_at timestamptz,
      -- While an attempt is under way: when it is taken for lost.
      next_attempt_at timestamptz default now(),
      expires_at      timestamptz not null default now() + interval '24 hours'
    ) with (fillfactor = 70);
    create index webhook_deliveries_of on webhook_deliveries (webhook_id, id desc);
    create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_attempt_at) where state = 'pending';
    create index webhook_deliveries_age on webhook_deliveries (created_at) where state <> 'pending';

    -- Nobody is told of what happened before he could be.
    insert into feed_positions (consumer, seq) select 'webhooks', coalesce(max(seq), 0) from events;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
