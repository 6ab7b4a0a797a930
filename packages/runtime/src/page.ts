import type { Knex } from 'knex';

/** The part of a list to read: `limit` rows after the first `offset` ones, or after the row with the key `after`. */
export interface PagePosition {
  limit: number;
  offset: number;
  after?: string | number | undefined;
}

/**
 * Restricts a query to one page of its rows, in descending order of `key`. The key must be unique. The row of `after` need
 * not exist any more: its key alone determines the position.
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
