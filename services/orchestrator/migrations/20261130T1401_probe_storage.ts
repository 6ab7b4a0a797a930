import type { Knex } from 'knex';

/** The table of `probe_storage`, which finds out whether the database can store. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create table storage_probe (at timestamptz not null)');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
