import { setTimeout as sleep } from 'node:timers/promises';
import { withOwnPatience, type Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { WorkerNotifier } from '../../domain/worker/worker-notifier.js';
import { Gathered } from '../../domain/worker/gathered.js';
import { READY_CHANNEL } from './wake-up-listener.js';

/** Pause between two wake-ups, in milliseconds. */
const PAUSE_MS = 50;

/**
 * Sends wake-ups with NOTIFY, a separate statement after the commit: one at once, and the next after a pause for everything
 * that became ready meanwhile. Busy workers look for tasks whenever one ends. Submissions and cancellations notify in their
 * own transaction.
 */
export class PostgresWorkerNotifier implements Pick<WorkerNotifier, 'notify'> {
  // The payload is empty: an executor claims as many ready tasks as it has capacity for.
  readonly #wakeUps = new Gathered<string>(async () => {
    await this.#notify();
    await sleep(PAUSE_MS, undefined, { ref: false });
  });

  constructor(
    private readonly database: Knex,
    private readonly log: Logger,
  ) {}

  notify(taskIds: readonly string[]): void {
    if (taskIds.length > 0) this.#wakeUps.add(taskIds);
  }

  async #notify(): Promise<void> {
    try {
      await withOwnPatience(() => this.database.raw(`select pg_notify(?, '')`, [READY_CHANNEL]));
    } catch (error) {
      this.log.debug('a wake-up could not be sent', { error });
    }
  }
}
