import { setImmediate as immediate } from 'node:timers/promises';

let last: Promise<unknown> = Promise.resolve();

/**
 * Lets requests that have arrived be served before long work continues. All callers of a process share one queue, so only
 * one slice of work runs in each turn of the event loop.
 */
export async function nextTurn(): Promise<void> {
  const turn = last.then(() => immediate());
  last = turn;
  await turn;
}
