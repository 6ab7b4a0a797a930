import { isFailure } from '@provisioning/errors';
import { setTimeout as sleep } from 'node:timers/promises';

/** Asked often at first, seldom later: a minute's budget is 100 requests. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1_500;
/** How long the API may be away (a process that is started again) before it is given up. */
const PATIENCE_MS = 60_000;

/** Asks until what is asked for has ended, and tells of each answer. */
export async function follow<T>(
  ask: () => Promise<T>,
  told: (answer: T) => void,
  ended: (answer: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  let heard = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.3, LONGEST_PAUSE_MS)) {
    try {
      const answer = await ask();
      heard = performance.now();
      told(answer);
      if (ended(answer)) return answer;
    } catch (error) {
      const passing = isFailure(error) ? error.retryable : error instanceof TypeError;
      if (!passing || performance.now() - heard > PATIENCE_MS) throw error;
      if (isFailure(error) && error.retryAfter !== undefined)
        await sleep(error.retryAfter * 1_000, undefined, { signal });
    }
    await sleep(pause, undefined, { signal });
  }
}
