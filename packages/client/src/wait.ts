import type { Batch, Task } from '@provisioning/contracts';
import { ProvisioningError } from './error.js';
import { pause } from './pause.js';

export interface WaitOptions {
  signal?: AbortSignal;
  /** Seconds, after which `wait_timeout` is thrown; what is waited for goes on. Default: no end. */
  timeout?: number;
  /** Seconds between looks, at most. Default: 2. */
  interval?: number;
}

export const hasTaskEnded = ({ status }: Pick<Task, 'status'>): boolean =>
  status === 'Completed' || status === 'Failed' || status === 'Cancelled';

export const hasBatchEnded = ({ status }: Pick<Batch, 'status'>): boolean =>
  status === 'Completed' || status === 'Failed' || status === 'Cancelled' || status === 'RolledBack';

/** Looks until it has ended: often at first, then at the interval. */
export async function waitUntil<State>(
  look: () => Promise<State>,
  ended: (state: State) => boolean,
  what: string,
  { signal, timeout = Number.POSITIVE_INFINITY, interval = 2 }: WaitOptions,
): Promise<State> {
  const until = performance.now() + timeout * 1000;
  for (let delay = 0.1; ; delay = Math.min(interval, delay * 1.5)) {
    const state = await look();
    if (ended(state)) return state;
    const left = (until - performance.now()) / 1000;
    if (left <= 0) {
      throw new ProvisioningError(`${what} has not ended within ${timeout} s; it goes on.`, {
        status: 0,
        code: 'wait_timeout',
      });
    }
    await pause(Math.min(delay, left), signal);
  }
}
