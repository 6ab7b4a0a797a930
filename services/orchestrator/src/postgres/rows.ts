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
