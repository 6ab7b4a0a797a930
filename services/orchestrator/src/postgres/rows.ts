import type { Knex } from 'knex';

/** Runs a statement and returns its rows. The caller states their type: it must match the columns of the statement. */
export async function rowsOf<Row>(
  database: Knex,
  sql: string,
  bindings: Knex.RawBinding[] | Knex.ValueDict = [],
): Promise<Row[]> {
  // Knex types raw results as any. Its type of `raw` has one overload for each kind of bindings, but none for the union.
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
  // See rowsOf.
  const result = (await database.raw(sql, bindings).options({ name })) as { rows: Row[] };
  return result.rows;
}

/** Groups rows by a key. Groups and their rows keep the order of the rows. */
export function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
