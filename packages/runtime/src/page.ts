import type { Knex } from 'knex';

/** Which part of a list is read: `limit` rows that follow the first `offset` ones, or the row with the key `after`. */
export interface PagePosition {
  limit: number;
  offset: number;
  after?: string | number | undefined;
}

/**
 * Restricts a query to one page of its rows, in descending order of `key`. The key must be unique. The row that `after`
 * names need not exist any more: its key alone is its position.
 * @returns the same query
 */
export function newestFirst<Query extends Knex.QueryBuilder>(
  query: Query,
  key: string,
  { limit, offset, after }: PagePosition,
): Query {
  if (after !== undefined) void query.where(key, '<', after);
  void query.orderBy(key, 'desc').limit(limit).offset(offset);
  return query;
}

/** {@link newestFirst} in ascending order. */
export function oldestFirst<Query extends Knex.QueryBuilder>(
  query: Query,
  key: string,
  { limit, offset, after }: PagePosition,
): Query {
  if (after !== undefined) void query.where(key, '>', after);
  void query.orderBy(key, 'asc').limit(limit).offset(offset);
  return query;
}
