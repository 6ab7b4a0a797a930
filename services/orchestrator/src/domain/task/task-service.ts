import { Failure } from '@provisioning/errors';
import type { Actor } from '../audit/actor.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { LogQuery, TaskFilter, TaskStore } from './task-store.js';
import { unknownTask, type ListedTask, type LogLine, type TaskDetails } from './task.js';

const LINES_AT_ONCE = 5_000;

/** Reads and cancels tasks. */
export class TaskService {
  constructor(
    private readonly store: Omit<TaskStore, 'submit'>,
    private readonly notifier: WorkerNotifier,
  ) {}

  list(filter: TaskFilter): Promise<{ tasks: ListedTask[]; total: number }> {
    return this.store.list(filter);
  }

  /** @throws Failure `not_found` (`task_not_found`) */
  async get(id: string): Promise<TaskDetails> {
    const task = await this.store.find(id);
    if (!task) throw unknownTask(id);
    return task;
  }

  /** Lines of the output, oldest first. */
  logs(id: string, query: LogQuery): Promise<LogLine[]> {
    return this.store.logs(id, query);
  }

  /** All lines after line `after`, in chunks. */
  async *allLogs(id: string, after: number): AsyncGenerator<LogLine[]> {
    for (let last = after; ;) {
      const lines = await this.store.logs(id, { after: last, limit: LINES_AT_ONCE, search: undefined });
      if (lines.length === 0) return;
      yield lines;
      last = lines.at(-1)!.line;
    }
  }

  /**
   * Cancels a waiting task at once; asks the worker of a running one to end it.
   * @param by user name for the error text
   * @throws Failure `not_found` (`task_not_found`), `conflict` (`task_ended`, `batch_rolling_back`)
   */
  async cancel(id: string, by: string, actor?: Actor): Promise<void> {
    const { outcome, ready } = await this.store.cancel(id, by, actor);
    if (outcome === 'unknown') throw unknownTask(id);
    if (outcome === 'ended') {
      throw new Failure('conflict', `The task ${id} has ended and cannot be cancelled.`, {
        code: 'task_ended',
      });
    }
    if (outcome === 'refused') {
      throw new Failure('conflict', `The task ${id} is part of a rollback and cannot be cancelled.`, {
        code: 'batch_rolling_back',
      });
    }
    this.notifier.notify(ready);
  }
}
