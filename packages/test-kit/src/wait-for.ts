import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long a test waits for anything, in milliseconds. It is not a proof of speed, so it is minutes: a machine under
 * ten times the load needs ten times as long for the same result.
 */
export const PATIENCE_MS = 5 * 60_000;

/** How long a test waits, and for what. */
export interface WaitOptions {
  /** Milliseconds after which it fails; default: {@link PATIENCE_MS}. */
  timeout?: number;
  /** What is waited for, for the error. */
  what?: string;
}

/**
 * Polls until the answer is truthy, and returns it.
 * @throws after `timeout`, with the last error if polling itself failed.
 */
export async function waitFor<T>(
  ask: () => T | Promise<T>,
  { timeout = PATIENCE_MS, what = 'the condition' }: WaitOptions = {},
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
