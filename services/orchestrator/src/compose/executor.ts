import { Executor } from '../execution/executor.js';
import { executorLog } from '../execution/log.js';
import type { ExecutorOptions } from '../execution/options.js';
import { createLedgerPool } from '../postgres/workers/ledger-pool.js';
import { PostgresLedger } from '../postgres/workers/worker-ledger.js';

/** Composes an executor. @param line its options, as the JSON that `ExecutorSupervisor` writes */
export function composeExecutor(line: string): { executor: Executor; close: () => Promise<void> } {
  // Written by the worker that starts this process, from the same release.
  const options = JSON.parse(line) as ExecutorOptions;
  const pool = createLedgerPool(options.databaseUrl, `executor-${options.slot}`, 4, (error) =>
    executorLog('warn', 'a database connection broke', { error }),
  );
  return { executor: new Executor(options, new PostgresLedger(pool)), close: () => pool.end() };
}
