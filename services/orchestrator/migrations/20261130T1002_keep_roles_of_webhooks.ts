import type { Knex } from 'knex';

/** A webhook that is made with an API token sends no more than the token may read. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table webhooks add owner_roles text[]');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
