import type { Knex } from 'knex';

/** A worker that can start no command says why: the health of the whole shows it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table workers add column fault text`);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
