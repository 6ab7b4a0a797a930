import type { Knex } from 'knex';

/** Runs a statement and returns its rows. The caller states their type: it must match the columns of the statement. */
export async function rowsOf<Row>(
  database: Knex,
  sql: string,
  bindings: Knex.RawBinding[] | Knex.ValueDict = [],
): Promise<Row[]> {
  // Safe cast: Knex types raw results as any. Its type of `raw` has an overload for each kind of bindings, none for the union.
  const result = (await database.raw(sql, bindings as Knex.RawBinding[])) as { rows: Row[] };
  return result.rows;
}

/**
 * Runs a prepared statement and returns its rows: for frequent statements. Each connection parses it once.
 * @param name unique for each text
 */
export async function preparedRowsOf<Row>(
  database: Knex,
  name: string,
  sql: string,
  bindings: Knex.RawBinding[],
): Promise<Row[]> {
  // Safe cast: see rowsOf.
  const result = (await database.raw(sql, bindings).options({ name })) as { rows: Row[] };
  return result.rows;
}

/** Counts the rows of a query without columns. */
export async function countOf(query: Knex.QueryBuilder): Promise<number> {
  // Safe cast: Knex types the rows of such a query as any; Postgres returns a bigint as text.
  const [row] = (await query.count({ total: '*' })) as { total: string }[];
  return Number(row?.total ?? 0);
}

/** The name of the constraint that a statement violated; undefined if the error has another reason. */
export function violatedConstraint(error: unknown): string | undefined {
  const name =
    typeof error === 'object' && error !== null && 'constraint' in error ? error.constraint : undefined;
  return typeof name === 'string' ? name : undefined;
}
