import { Failure } from '@provisioning/errors';
import type { Actor } from '../audit/actor.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { LogQuery, TaskFilter, TaskStore } from './task-store.js';
import { unknownTask, type LogLine, type Task, type TaskDetails } from './task.js';

const LINES_AT_ONCE = 5_000;

/** Reading and cancelling tasks. */
export class TaskService {
  constructor(
    private readonly store: Omit<TaskStore, 'submit'>,
    private readonly notifier: WorkerNotifier,
  ) {}

  list(filter: TaskFilter): Promise<{ tasks: Task[]; total: number }> {
    return this.store.list(filter);
  }

  async get(id: string): Promise<TaskDetails> {
    const task = await this.store.find(id);
    if (!task) throw unknownTask(id);
    return task;
  }

  logs(id: string, query: LogQuery): Promise<LogLine[]> {
    return this.store.logs(id, query);
  }

  /** All lines after that one, in pieces as they are read. */
  async *allLogs(id: string, after: number): AsyncGenerator<LogLine[]> {
    for (let last = after; ;) {
      const lines = await this.store.logs(id, { after: last, limit: LINES_AT_ONCE, search: undefined });
      if (lines.length === 0) return;
      yield lines;
      last = lines.at(-1)!.line;
    }
  }

  /**
   * Ends a waiting task at once, and has the command of a running one ended.
   * @throws Failure for a task that is unknown, has ended, or undoes what a batch did
   */
  async cancel(id: string, by: string, actor?: Actor): Promise<void> {
    const { outcome, ready } = await this.store.cancel(id, by, actor);
    if (outcome === 'unknown') throw unknownTask(id);
    if (outcome === 'ended') {
      throw new Failure('conflict', `The task ${id} has ended: there is nothing left to cancel.`, {
        code: 'task_ended',
      });
    }
    if (outcome === 'refused') {
      throw new Failure(
        'conflict',
        `The task ${id} undoes what a failed batch did, which goes on to its end.`,
        {
          code: 'batch_rolling_back',
        },
      );
    }
    this.notifier.notify(ready);
    if (outcome === 'requested') this.notifier.notifyCancelled();
  }
}
