import type pg from 'pg';

/** Indexes are made faster at once than row by row: those that guard nothing are away while the tables are filled. */
export async function withoutIndexes(
  client: pg.ClientBase,
  tables: readonly string[],
  fill: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
       from pg_index i
      where i.indrelid = any ($1::text[]::regclass[])
        and not i.indisprimary and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  await fill();
  await client.query(`set local maintenance_work_mem = '256MB'`);
  // Of a partitioned table it is told as if the parts were not meant.
  for (const { definition } of rows) await client.query(definition.replace(' ON ONLY ', ' ON '));
}
