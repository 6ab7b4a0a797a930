import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 10;

/**
 * Does a number of things per second: every 10 ms those that are due, including late ones.
 * @returns when the first were due
 */
export async function onClock(
  count: number,
  perSecond: number,
  act: (first: number, count: number) => void | Promise<void>,
): Promise<number> {
  const start = Date.now();
  for (let done = 0; done < count;) {
    const due = Math.min(count, Math.floor(((Date.now() - start) * perSecond) / 1000));
    if (due > done) await act(done, due - done);
    done = due;
    await sleep(EVERY_MS - ((Date.now() - start) % EVERY_MS));
  }
  return start;
}
