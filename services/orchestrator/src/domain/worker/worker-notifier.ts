import type { QueuedWork } from './queued-work.js';

/**
 * Sends wake-ups to workers. A wake-up may be lost or repeated: ready tasks are stored in Postgres, and executors poll it.
 * So callers do not wait for wake-ups to be sent.
 */
export interface WorkerNotifier {
  /**
   * Announces work that was submitted: with Redis, it becomes a job of the queue. The submission itself has woken the
   * workers, in its own transaction.
   */
  submitted(work: QueuedWork): void;
  /** Says that tasks are ready. */
  notify(taskIds: readonly string[]): void;
}
