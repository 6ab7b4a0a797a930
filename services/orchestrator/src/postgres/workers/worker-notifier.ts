import { withOwnPatience, type Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { WorkerNotifier } from '../../domain/worker/worker-notifier.js';
import { Gathered } from '../../domain/worker/gathered.js';
import type { QueuedWork } from '../../domain/worker/queued-work.js';
import { CANCEL_CHANNEL, READY_CHANNEL } from './wake-up-listener.js';

/**
 * Sends wake-ups with NOTIFY, a separate statement after the commit. Submissions and cancellations notify in their own
 * transaction as well.
 */
export class PostgresWorkerNotifier implements WorkerNotifier {
  // The payload is empty: an executor claims as many ready tasks as it has capacity for.
  readonly #wakeUps = new Gathered<string>(() => this.#notify(READY_CHANNEL));

  constructor(
    private readonly database: Knex,
    private readonly log: Logger,
  ) {}

  submitted(_work: QueuedWork, ready: readonly string[]): void {
    this.notify(ready);
  }

  notify(taskIds: readonly string[]): void {
    if (taskIds.length > 0) this.#wakeUps.add(taskIds);
  }

  notifyCancelled(): void {
    void this.#notify(CANCEL_CHANNEL);
  }

  async #notify(channel: string): Promise<void> {
    try {
      await withOwnPatience(() => this.database.raw(`select pg_notify(?, '')`, [channel]));
    } catch (error) {
      this.log.debug('a wake-up could not be sent', { error });
    }
  }
}
