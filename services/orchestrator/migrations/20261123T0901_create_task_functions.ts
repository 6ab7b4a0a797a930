import type { Knex } from 'knex';

/**
 * The functions stand in `functions/` and are put in place after the migrations. Databases remember this name; what a
 * later migration needs of the first version is one function.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('select 1');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
