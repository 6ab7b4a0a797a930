import type { Knex } from 'knex';

/** A worker that drains claims nothing more. Nullable, so the table is locked for a moment only. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table workers add column draining_since timestamptz');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
