import { Failure } from '@provisioning/errors';
import type { Doorbell, LogQuery, TaskFilter, TaskStore } from '../ports.js';
import { progressOf, type WorkflowProgress } from '../workflow/progress.js';
import { unknownTask, type LogLine, type Snapshot, type Task, type TaskDetails } from './task.js';

/** Reading and cancelling tasks. */
export class TaskService {
  constructor(
    private readonly store: Omit<TaskStore, 'submit'>,
    private readonly doorbell: Doorbell,
  ) {}

  list(filter: TaskFilter): Promise<{ tasks: Task[]; total: number }> {
    return this.store.list(filter);
  }

  async get(id: string): Promise<TaskDetails> {
    const task = await this.store.find(id);
    if (!task) throw unknownTask(id);
    return task;
  }

  async logs(id: string, query: LogQuery): Promise<LogLine[]> {
    await this.get(id);
    return this.store.logs(id, query);
  }

  async progress(id: string): Promise<WorkflowProgress> {
    const task = await this.get(id);
    const durations = task.completedAt ? [] : await this.store.recentDurations(task.name, task.checkMode);
    return progressOf(task, durations);
  }

  async snapshots(
    id: string,
    page: { limit: number; offset: number },
  ): Promise<{ snapshots: Snapshot[]; total: number }> {
    await this.get(id);
    return this.store.snapshots(id, page);
  }

  /** Ends a waiting task at once and asks a running one to end. @returns whether it has ended already. */
  async cancel(id: string, by: string): Promise<{ ended: boolean }> {
    const { outcome, ready } = await this.store.cancel(id, by);
    if (outcome === 'unknown') throw unknownTask(id);
    if (outcome === 'ended') {
      throw new Failure('conflict', `The task ${id} has ended: there is nothing left to cancel.`, {
        code: 'task_ended',
      });
    }
    await this.doorbell.ring(ready);
    if (outcome === 'requested') await this.doorbell.cancelled();
    return { ended: outcome === 'cancelled' };
  }
}
