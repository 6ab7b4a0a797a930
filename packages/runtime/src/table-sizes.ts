import type { Knex } from 'knex';
import { rowsOf } from './rows.js';

/** The size of a table with its indexes and partitions. */
export interface TableSize {
  name: string;
  /** An estimate of Postgres. */
  rows: number;
  bytes: number;
}

/** Postgres queries the file system for every file of every table, so the sizes are cached. */
const KEPT_MS = 10_000;

/** Reads the sizes of all tables of the schema, by name. */
export function tableSizesReader(database: Knex): () => Promise<TableSize[]> {
  let last: { sizes: Promise<TableSize[]>; until: number } | undefined;
  return () => {
    if (last && Date.now() < last.until) return last.sizes;
    const sizes = read(database);
    last = { sizes, until: Date.now() + KEPT_MS };
    sizes.catch(() => (last = undefined));
    return sizes;
  };
}

function read(database: Knex): Promise<TableSize[]> {
  return rowsOf(
    database,
    `select root.relname as name,
            sum(case when part.reltuples < 0 then pg_stat_get_live_tuples(part.oid) else part.reltuples end)::float8 as rows,
            sum(pg_total_relation_size(part.oid))::float8 as bytes
       from pg_class part join pg_class root on root.oid = coalesce(pg_partition_root(part.oid), part.oid)
      where part.relnamespace = current_schema()::regnamespace and part.relkind in ('r', 'p')
      group by root.relname order by root.relname`,
  );
}
