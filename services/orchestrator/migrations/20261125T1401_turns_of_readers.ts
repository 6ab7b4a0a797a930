import type { Knex } from 'knex';

/** Who reads the history for the audit trail, of all processes: one at a time, for as long as he says that he does. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table feed_turns (
      consumer   text primary key,
      holder     uuid,
      held_until timestamptz not null default '-infinity'
    ) with (fillfactor = 50);
    insert into feed_turns (consumer) values ('audit');
    -- What happened before anything was told to the audit trail stays as it is.
    insert into feed_positions (consumer, seq) select 'audit', coalesce(max(seq), 0) from events;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
