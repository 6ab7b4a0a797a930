import type { QueuedWork } from './queued-work.js';

/**
 * Sends wake-ups to workers. A wake-up may be lost or repeated: ready tasks are stored in Postgres, and executors poll it.
 * So callers do not wait for wake-ups to be sent.
 */
export interface WorkerNotifier {
  /**
   * Announces work that was submitted: with Redis, it becomes a job of the queue.
   * @param ready ids of its tasks that can start at once
   */
  submitted(work: QueuedWork, ready: readonly string[]): void;
  /** Says that tasks are ready. */
  notify(taskIds: readonly string[]): void;
  /** Says that a running task was cancelled, so that its worker learns of it before its next heartbeat. */
  notifyCancelled(): void;
}
