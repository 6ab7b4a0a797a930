import type pg from 'pg';
import { descendantsOf, usageOf } from './processes.js';

/** What a Postgres has done so far. */
export interface PostgresFigures {
  /** Write-ahead log so far, in bytes. */
  wal: number;
  /** Transactions that have written anything: each has a number. */
  writes: number;
  /** Committed transactions, including those that only read. */
  commits: number;
  /** Seconds of processor time of the server, all its processes together. */
  cpu: number;
  /** Bytes of each table with its indexes; partitions count for their parent. */
  tables: Record<string, number>;
  /** Bytes of all indexes. */
  indexes: number;
}

/** Backends report their counts at the latest when they have been idle for ten seconds. */
export const TOLD_WITHIN_MS = 11_000;

/** Reads the figures of a Postgres. */
export async function postgresFigures(pool: pg.Pool): Promise<PostgresFigures> {
  const [[figures], tables] = await Promise.all([
    rowsOf<Record<'wal' | 'writes' | 'commits' | 'pid', string>>(
      pool,
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as wal, pg_current_xact_id()::text as writes,
              (select xact_commit from pg_stat_database where datname = current_database()) as commits,
              split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`,
    ),
    rowsOf<{ name: string; total: string; indexes: string }>(
      pool,
      `select coalesce(parent.relname, c.relname) as name, sum(pg_total_relation_size(c.oid)) as total,
              sum(pg_indexes_size(c.oid)) as indexes
         from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class parent on parent.oid = i.inhparent
        where c.relnamespace = 'orchestrator'::regnamespace and c.relkind = 'r' group by 1`,
    ),
  ]);
  return {
    wal: Number(figures!.wal),
    writes: Number(figures!.writes),
    commits: Number(figures!.commits),
    cpu: await cpuOf(Number(figures!.pid)),
    tables: Object.fromEntries(tables.map(({ name, total }) => [name, Number(total)])),
    indexes: tables.reduce((sum, { indexes }) => sum + Number(indexes), 0),
  };
}

async function cpuOf(server: number): Promise<number> {
  const backends = await descendantsOf(server);
  const [main, ...others] = await Promise.all([server, ...backends.map(({ pid }) => pid)].map(usageOf));
  return others.reduce((sum, { cpu }) => sum + cpu, main!.cpu + main!.endedCpu);
}

async function rowsOf<Row extends object>(pool: pg.Pool, text: string): Promise<Row[]> {
  return (await pool.query<Row>(text)).rows;
}
