import { isFailure } from '@provisioning/errors';
import { setTimeout as sleep } from 'node:timers/promises';

/** Frequent at first, then rarer: a minute's budget is 100 requests. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1_500;
/** How long the API may be unavailable (a process that is restarted) before this ends. */
const PATIENCE_MS = 60_000;

/** Polls until the object has ended, and reports each answer. */
export async function follow<T>(
  ask: () => Promise<T>,
  report: (answer: T) => void,
  ended: (answer: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  let lastAnswer = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.3, LONGEST_PAUSE_MS)) {
    try {
      const answer = await ask();
      lastAnswer = performance.now();
      report(answer);
      if (ended(answer)) return answer;
    } catch (error) {
      const passing = isFailure(error) ? error.retryable : error instanceof TypeError;
      if (!passing || performance.now() - lastAnswer > PATIENCE_MS) throw error;
      if (isFailure(error) && error.retryAfter !== undefined)
        await sleep(error.retryAfter * 1_000, undefined, { signal });
    }
    await sleep(pause, undefined, { signal });
  }
}
