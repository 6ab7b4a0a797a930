import { isFailure } from '@provisioning/errors';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, Task } from './api.js';

/** Asked often at first, seldom later: a minute's budget is 100 requests. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1_500;
/** How long the API may be away (a process that is started again) before it is given up. */
const PATIENCE_MS = 60_000;

/** Asks for a task until it has ended, and tells each change of its status. */
export async function followTask(
  api: Api,
  id: string,
  changed: (task: Task) => void,
  signal: AbortSignal,
): Promise<Task> {
  let last: Task['status'] | undefined;
  let heard = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.3, LONGEST_PAUSE_MS)) {
    try {
      const task = await api.task(id);
      heard = performance.now();
      if (task.status !== last) changed(task);
      last = task.status;
      if (task.status !== 'Pending' && task.status !== 'Running') return task;
    } catch (error) {
      const passing = isFailure(error) ? error.retryable : error instanceof TypeError;
      if (!passing || performance.now() - heard > PATIENCE_MS) throw error;
      if (isFailure(error) && error.retryAfter !== undefined)
        await sleep(error.retryAfter * 1_000, undefined, { signal });
    }
    await sleep(pause, undefined, { signal });
  }
}
