import type pg from 'pg';

/** What Postgres has written so far, in the schemas of both services. */
export interface WriteCounts {
  /** Rows that were inserted, updated or deleted. */
  rows: number;
  walRecords: number;
  walBytes: number;
}

/** Backends report what they have counted within this time (postgres-figures.ts): wait for it before reading. */
export async function writeCounts(pool: pg.Pool): Promise<WriteCounts> {
  const { rows } = await pool.query<Record<keyof WriteCounts, number>>(
    `select (select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables)::float8 as rows,
            wal_records::float8 as "walRecords", wal_bytes::float8 as "walBytes" from pg_stat_wal`,
  );
  return rows[0]!;
}
