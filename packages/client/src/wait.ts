import type { Batch, Task } from '@provisioning/contracts';
import { ProvisioningError } from './error.js';
import { pause } from './pause.js';

/** Options of `waitForTask` and `waitForBatch`. */
export interface WaitOptions {
  signal?: AbortSignal;
  /** Seconds after which `wait_timeout` is thrown; the task or batch continues. Default: no timeout. */
  timeout?: number;
  /** Maximum seconds between two polls. Default: 2. */
  interval?: number;
}

/** Whether a task has ended. */
export const hasTaskEnded = ({ status }: Pick<Task, 'status'>): boolean =>
  status === 'Completed' || status === 'Failed' || status === 'Cancelled';

/** Whether a batch, including its rollback, has ended. */
export const hasBatchEnded = ({ status }: Pick<Batch, 'status'>): boolean =>
  status === 'Completed' || status === 'Failed' || status === 'Cancelled' || status === 'RolledBack';

/** Polls until the state has ended: frequently at first, then at the interval. @throws ProvisioningError `wait_timeout` */
export async function waitUntil<State>(
  read: () => Promise<State>,
  ended: (state: State) => boolean,
  what: string,
  { signal, timeout = Number.POSITIVE_INFINITY, interval = 2 }: WaitOptions,
): Promise<State> {
  const until = performance.now() + timeout * 1000;
  for (let delay = 0.1; ; delay = Math.min(interval, delay * 1.5)) {
    const state = await read();
    if (ended(state)) return state;
    const left = (until - performance.now()) / 1000;
    if (left <= 0) {
      throw new ProvisioningError(`${what} did not end within ${timeout} s and is still running.`, {
        status: 0,
        code: 'wait_timeout',
      });
    }
    await pause(Math.min(delay, left), signal);
  }
}
