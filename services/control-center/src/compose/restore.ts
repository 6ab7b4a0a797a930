import type { Logger } from '@provisioning/runtime';
import type { Configuration } from '../config.js';
import { RestoreService } from '../domain/restore/restore-service.js';
import { checkpointFile } from '../outbound/checkpoint-file.js';
import { PostgresRestoreStore } from '../postgres/restore-store.js';
import type { Clock } from '../domain/clock.js';
import type { Opened } from './resources.js';

/** What ends access after a restore. */
export interface ComposedRestore {
  service: RestoreService;
  /** Ends access if the database was restored: called at the start of a process, and by a periodic job. */
  check(): Promise<void>;
}

/** Connects what ends access after the database was restored from a backup. @param signal called after that. */
export function composeRestore(
  { config }: Pick<Configuration, 'config'>,
  { database, log }: Pick<Opened, 'database'> & { log: Pick<Logger, 'warn'> },
  { clock, signal }: { clock: Clock; signal: () => void },
): ComposedRestore {
  const service = new RestoreService(
    new PostgresRestoreStore(database, signal),
    checkpointFile(config.audit.checkpointFile),
    clock,
  );
  return {
    service,
    check: async () => {
      if (await service.check())
        log.warn('the database was restored from a backup: every session and API token has ended');
    },
  };
}
