import pg from 'pg';

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
    options: '-c search_path=orchestrator',
    max,
    connectionTimeoutMillis: 2_000,
    query_timeout: 5_000,
    statement_timeout: 5_000,
    keepAlive: true,
  });
  pool.on('error', (error) => onTrouble(error.message));
  return pool;
}
