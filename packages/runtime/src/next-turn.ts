import { setImmediate as immediate } from 'node:timers/promises';

let last: Promise<unknown> = Promise.resolve();

/**
 * Lets everything that has arrived meanwhile be served before long work goes on. All callers of a process share one queue:
 * however many work at once, a single slice of their work runs in each turn of the event loop.
 */
export async function nextTurn(): Promise<void> {
  const turn = last.then(() => immediate());
  last = turn;
  await turn;
}
