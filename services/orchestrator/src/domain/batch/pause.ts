/** Yields to the event loop, so that other requests are served during a long computation. */
export type Pause = () => Promise<void>;

/** For short computations and tests. */
export const noPause: Pause = () => Promise.resolve();

/**
 * Calls `act` for each item in order, and pauses between slices.
 * @param act ends the loop by returning false
 * @param slice number of items between two pauses
 */
export async function forEachPausing<Item>(
  items: readonly Item[],
  pause: Pause,
  act: (item: Item, index: number) => unknown,
  slice = 500,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % slice === 0) await pause();
    if (act(item, index) === false) return;
  }
}
