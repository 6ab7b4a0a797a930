import pg from 'pg';

/**
 * The statements of a ledger look rows up by their keys, whatever the size of the tables was when a plan was made, and
 * are the same again and again: a plan for each call would cost more than the call.
 */
const PLANS = [
  'search_path=orchestrator',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
];

/** A small pool of bare `pg` for a ledger, with every wait bounded. */
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
    // Postgres gives up first, and says so: of an answer that does not come nobody knows what became of it.
    statement_timeout: 4_000,
    query_timeout: 5_000,
    keepAlive: true,
  });
  pool.on('error', (error) => onTrouble(error.message));
  return pool;
}
