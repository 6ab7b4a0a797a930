import type pg from 'pg';

/** Indexes are created faster at once than row by row: only primary keys exist while the tables are filled. */
export async function withoutIndexes(
  client: pg.ClientBase,
  tables: readonly string[],
  fill: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query<{ drop: string; make: string }>(
    `select case when c.oid is null then format('drop index %s', i.indexrelid::regclass)
                 else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as drop,
            -- Of a partitioned table the index is told as if the parts were not meant.
            case when c.oid is null then replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
                 else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) end as make
       from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'u'
      where i.indrelid = any ($1::text[]::regclass[]) and not i.indisprimary`,
    [tables],
  );
  for (const { drop } of rows) await client.query(drop);
  await fill();
  await client.query(`set local maintenance_work_mem = '256MB'`);
  for (const { make } of rows) await client.query(make);
}
