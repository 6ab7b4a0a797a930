import { Executor } from '../execution/executor.js';
import { executorLog } from '../execution/log.js';
import type { ExecutorOptions } from '../execution/options.js';
import { createLedgerPool } from '../postgres/workers/ledger-pool.js';
import { PostgresLedger } from '../postgres/workers/worker-ledger.js';

/** @param line the options as JSON. */
export function composeExecutor(line: string): { executor: Executor; close: () => Promise<void> } {
  const options = JSON.parse(line) as ExecutorOptions;
  const pool = createLedgerPool(options.databaseUrl, `executor-${options.slot}`, 4, (error) =>
    executorLog('warn', 'a database connection broke', { error }),
  );
  return { executor: new Executor(options, new PostgresLedger(pool)), close: () => pool.end() };
}
