import type { QueuedWork } from '../domain/worker/queued-work.js';
import type { WorkerNotifier } from '../domain/worker/worker-notifier.js';
import type { WorkQueue } from './work-queue.js';

/** Adds submitted work to the queue. Wake-ups are sent as without Redis: they are faster than a job, and name no worker. */
export class QueueNotifier implements WorkerNotifier {
  constructor(
    private readonly queue: Pick<WorkQueue, 'add'>,
    private readonly wakeUps: WorkerNotifier,
  ) {}

  submitted(work: QueuedWork): void {
    this.queue.add(work);
  }

  notify(taskIds: readonly string[]): void {
    this.wakeUps.notify(taskIds);
  }
}
