import { Failure } from '@provisioning/errors';
import type { Doorbell, LogQuery, TaskFilter, TaskStore } from '../ports.js';
import type { LogLine, Task, TaskDetails } from './task.js';

/** Reading and cancelling tasks. */
export class TaskService {
  constructor(
    private readonly store: Pick<TaskStore, 'list' | 'find' | 'cancel' | 'logs'>,
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

function unknownTask(id: string): Failure {
  return new Failure('not_found', `There is no task ${id}. GET /tasks lists those there are.`, {
    code: 'task_not_found',
  });
}
