import { Failure } from '@provisioning/errors';
import type { Actor } from '../audit/actor.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { LogQuery, LogRange, TaskFilter, TaskStore } from './task-store.js';
import { unknownTask, type ListedTask, type LogLine, type TaskDetails } from './task.js';

const LINES_AT_ONCE = 5_000;
const MOST_MATCHES = 10_000;

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
  /** @returns `matches`: the number of lines that contain the text of the search, 10,000 at most */
  async logs(
    id: string,
    query: LogQuery,
  ): Promise<{ lines: LogLine[]; range: LogRange; matches: number | undefined }> {
    const [lines, range, matches] = await Promise.all([
      this.store.logs(id, query),
      this.store.logRange(id),
      query.search === undefined ? undefined : this.store.countLogLines(id, query.search, MOST_MATCHES),
    ]);
    return { lines, range, matches };
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
