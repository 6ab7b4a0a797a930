import type { Knex } from 'knex';

/** The rows of a statement. Knex leaves the shape of a raw answer to us. */
export async function rowsOf<Row>(
  database: Knex,
  sql: string,
  bindings: Knex.RawBinding[] | Knex.ValueDict = [],
): Promise<Row[]> {
  const result = (await database.raw(sql, bindings as Knex.RawBinding[])) as { rows: Row[] };
  return result.rows;
}

/**
 * The same, for a statement that is sent all the time: each connection has it parsed once, and planned once where that
 * serves. One name, one text.
 */
export async function preparedRowsOf<Row>(
  database: Knex,
  name: string,
  sql: string,
  bindings: Knex.RawBinding[],
): Promise<Row[]> {
  const result = (await database.raw(sql, bindings).options({ name })) as { rows: Row[] };
  return result.rows;
}
