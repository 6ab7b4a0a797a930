import type { Knex } from 'knex';

/** By how much the clocks of the processes that make ids may differ from that of the database. */
const CLOCKS = "interval '1 hour'";

/**
 * Limits a query to rows that were created in a period, both ends included. Ids are in the order of time, so the primary
 * key finds the rows.
 */
export function createdBetween(
  query: Knex.QueryBuilder,
  table: 'tasks' | 'batches',
  { from, to }: { from?: Date | undefined; to?: Date | undefined },
): void {
  if (from) {
    query.where(`${table}.created_at`, '>=', from);
    query.whereRaw(`${table}.id >= id_at(?::timestamptz - ${CLOCKS})`, [from]);
  }
  if (to) {
    query.where(`${table}.created_at`, '<=', to);
    query.whereRaw(`${table}.id <= id_at(?::timestamptz + ${CLOCKS})`, [to]);
  }
}
