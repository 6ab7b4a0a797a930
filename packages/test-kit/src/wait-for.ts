import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds after which it gives up; 10,000 where absent. */
  timeout?: number;
  /** What was waited for, for the error. */
  what?: string;
}

/**
 * Asks again and again until the answer is truthy, and returns it.
 * @throws after `timeout`, with the last error if asking itself failed.
 */
export async function waitFor<T>(
  ask: () => T | Promise<T>,
  { timeout = 10_000, what = 'what was waited for' }: WaitOptions = {},
): Promise<T> {
  let failure: unknown;
  for (const until = Date.now() + timeout; ; await sleep(20)) {
    try {
      const answer = await ask();
      if (answer) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= until) {
      throw new Error(`${what} did not come within ${timeout} ms`, { cause: failure });
    }
  }
}
