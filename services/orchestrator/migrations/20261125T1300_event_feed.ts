import type { Knex } from 'knex';

/** One sequence for everything that readers follow: transitions, progress, health, and the log. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Whoever draws a number has a transaction's number by then: so a reader can tell that whoever could still store a
    -- number that is missing has ended (postgres/events/event-feed.ts). CASE evaluates in this order.
    alter table events alter seq set default case when pg_current_xact_id() is not null then nextval('event_seq') end;

    -- A chunk of the log is an event itself, rather than one more row that tells of it. Null: from before there was a feed.
    alter table task_logs add seq bigint;
    alter table task_logs alter seq set default case when pg_current_xact_id() is not null then nextval('event_seq') end;
    create index task_logs_by_seq on task_logs (seq);

    -- How far each of those got who must see everything, advanced with what they did about it.
    create table feed_positions (
      consumer   text primary key,
      seq        bigint not null,
      updated_at timestamptz not null default now()
    ) with (fillfactor = 50);

    -- When readers were last told how far a batch is: of a large one that is not said at each operation's end.
    alter table batches add progress_told_at timestamptz not null default '-infinity';

    -- How the whole was when it was last told, and who tells: one process, as long as it goes on.
    create table system_health (
      only_one   boolean primary key default true check (only_one),
      teller     uuid,
      checked_at timestamptz not null default '-infinity',
      told       jsonb
    ) with (fillfactor = 50);
    insert into system_health default values;

    -- Good once, for seconds: nothing is lost with them in a crash. Only a digest of the ticket itself is kept.
    create unlogged table ws_tickets (
      hash       bytea primary key,
      principal  jsonb not null,
      expires_at timestamptz not null
    );
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
