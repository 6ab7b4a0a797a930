import { nextTurn } from './next-turn.js';

/** Items that are worked on in one turn of the event loop. */
export const SLICE = 500;

/** What `map` makes of each item, a slice at a time: other requests are answered in between. */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % SLICE === 0) await nextTurn();
    results.push(map(item, index));
  }
  return results;
}
