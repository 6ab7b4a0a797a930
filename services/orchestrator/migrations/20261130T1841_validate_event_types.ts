import type { Knex } from 'knex';

/** Reads the whole history once, in a transaction of its own: its lock lets others read and write. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table event_chunks validate constraint events_type_known');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
