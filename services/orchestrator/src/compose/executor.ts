import { Executor } from '../execution/executor.js';
import { executorLog } from '../execution/log.js';
import type { ExecutorOptions } from '../execution/options.js';
import { createLedgerPool } from '../postgres/workers/ledger-pool.js';
import { WakeUpListener } from '../postgres/workers/wake-up-listener.js';
import { PostgresLedger } from '../postgres/workers/worker-ledger.js';

/** Composes an executor. @param line its options, as the JSON that `ExecutorSupervisor` writes */
export function composeExecutor(line: string): { executor: Executor; close: () => Promise<void> } {
  // Written by the worker that starts this process, from the same release.
  // Safe cast: the worker of the same release wrote it.
  const options = JSON.parse(line) as ExecutorOptions;
  const pool = createLedgerPool(options.databaseUrl, `executor-${options.slot}`, 4, (error) =>
    executorLog('warn', 'a database connection broke', { error }),
  );
  const executor = new Executor(options, new PostgresLedger(pool));
  const listener = new WakeUpListener(
    options.databaseUrl,
    `executor-${options.slot}-wake-ups`,
    { ready: () => executor.look(), cancelled: () => executor.readCancellations() },
    (error) => executorLog('warn', 'cannot listen for wake-ups yet', { error }),
  );
  void listener.start();
  return {
    executor,
    close: async () => {
      await listener.close();
      await pool.end();
    },
  };
}
