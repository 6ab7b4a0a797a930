import type { Knex } from 'knex';

/** A table of a million records must not be locked while it is read: each statement is a transaction of its own. */
export const config = { transaction: false };

/**
 * Records are stored nearly in the order of their times. A BRIN index finds a range of time by the pages that it is in; it is a
 * thousandth of the size, and appending does not touch it. The old index goes last, so that readers always have one.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table audit_log validate constraint audit_log_lengths');
  // An interrupted run leaves an invalid index.
  await knex.raw('drop index if exists audit_log_by_time_range');
  await knex.raw(`
    create index concurrently audit_log_by_time_range on audit_log
      using brin (at) with (pages_per_range = 16, autosummarize = on)`);
  await knex.raw('drop index concurrently if exists audit_log_by_time');
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
