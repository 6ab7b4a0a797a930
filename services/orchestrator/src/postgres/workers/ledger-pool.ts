import pg from 'pg';

/**
 * Settings for the statements of a ledger. They find rows by keys, so generic index plans are right for any table size, and
 * planning each call would cost more than the call.
 */
const PLANS = [
  'search_path=orchestrator',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  // It reads every row that is left to find the first few in order.
  'enable_bitmapscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
];

/** Creates a small pool of plain `pg` connections for a ledger. Every wait has a time limit. */
export function createLedgerPool(
  url: string,
  applicationName: string,
  max: number,
  onTrouble: (message: string) => void,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    options: PLANS.map((setting) => `-c ${setting}`).join(' '),
    max,
    connectionTimeoutMillis: 2_000,
    // Postgres cancels the statement first and reports that. After a timeout of the client the outcome is unknown.
    statement_timeout: 4_000,
    query_timeout: 5_000,
    keepAlive: true,
  });
  pool.on('error', (error) => onTrouble(error.message));
  return pool;
}
