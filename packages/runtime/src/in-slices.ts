import { nextTurn } from './next-turn.js';

/** The number of items in one turn of the event loop. */
export const SLICE = 500;

/** Maps the items slice by slice, so that other requests are answered in between. */
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
