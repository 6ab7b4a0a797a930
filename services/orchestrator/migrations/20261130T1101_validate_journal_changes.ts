import type { Knex } from 'knex';

/** In a transaction of its own: it reads the whole journal, and writers go on meanwhile. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table journal validate constraint journal_change_check');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
