import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../domain/worker/ledger.js';
import { SEQUENCE } from './argv.js';
import type { RunContext } from './begin-run.js';
import { DriverHost } from './driver-host.js';
import type { ExecutorOptions } from './options.js';
import type { Rounds } from './rounds.js';
import { makeParents, RunFolders } from './run-folders.js';
import { Spawners } from './spawners.js';

/**
 * Makes the run context of an executor: spawners, folders, the driver host. Files of a killed predecessor are removed; its
 * commands have ended, because a worker ends them before it starts another executor.
 * @param onReady called whenever another spawner, or the driver host, has started
 * @throws if the folders cannot be made
 */
export function makeRunContext(
  given: Pick<RunContext, 'options' | 'workerId' | 'crash' | 'masker'>,
  ledger: Ledger,
  rounds: Rounds,
  onReady: () => void,
): RunContext {
  const { options, workerId } = given;
  const { providerEnvironment: environment, commandUser, logDir, times } = options;
  const parents = makeParents(options);
  const spawners = new Spawners(
    { workerId, limitSeconds: times.watchdog, path: environment['PATH'] ?? '' },
    onReady,
  );
  return {
    ...given,
    ledger: {
      appendLog: (chunk) => ledger.appendLog(chunk),
      recordProgress: (...values) => ledger.recordProgress(...values),
      recordChanges: (...values) => ledger.recordChanges(...values),
      finish: (result) => rounds.finish(result),
      reportLost: async (...values) => {
        await ledger.reportLost(...values);
        rounds.look();
      },
    },
    spawners,
    folders: {
      programs: new RunFolders(parents.programs, logDir, undefined),
      commands: new RunFolders(parents.commands, logDir, commandUser),
    },
    sequence: sequenceFor(options),
    driverHost: new DriverHost(
      {
        argv: options.driverHost,
        environment,
        directory: parents.programs,
        mask: (text) => given.masker.mask(text),
      },
      spawners,
      onReady,
    ),
  };
}

/** The program that runs several commands; for another user a copy that this user can access. */
function sequenceFor({ commandUser, stateDir }: ExecutorOptions): string {
  if (SEQUENCE === undefined)
    throw new Error('command-sequence.sh is missing: this installation is not whole');
  if (commandUser === undefined) return SEQUENCE;
  const copy = join(stateDir, 'command-sequence.sh');
  copyFileSync(SEQUENCE, copy);
  chmodSync(copy, 0o755);
  return copy;
}
