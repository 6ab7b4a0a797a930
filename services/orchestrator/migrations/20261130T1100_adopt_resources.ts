import type { Knex } from 'knex';

/**
 * The journal records, too, what entered the inventory without being made by the platform (`adopt`) and what left it without
 * being destroyed (`forget`). The rows that there are were checked before: the next migration validates without a lock that
 * writers would wait for.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table journal drop constraint journal_change_check;
    alter table journal add constraint journal_change_check
      check (change in ('create', 'change', 'destroy', 'adopt', 'forget')) not valid;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
