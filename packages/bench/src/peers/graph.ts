const LAYERS = 10;
const WIDTH = 50;
const PARENTS = 3;

/** Indices of the parents of each node: ten layers of fifty, each depending on three of the layer before. */
export const GRAPH: readonly (readonly number[])[] = Array.from({ length: LAYERS * WIDTH }, (_, index) => {
  const layer = Math.floor(index / WIDTH);
  if (layer === 0) return [];
  return Array.from(
    { length: PARENTS },
    (_, turn) => (layer - 1) * WIDTH + (((index % WIDTH) + turn * 17) % WIDTH),
  );
});

/** Counts in memory how many parents a node waits for. */
export class Countdown {
  readonly #open = GRAPH.map((parents) => parents.length);
  readonly #children = childrenOf();

  /** Nodes without parents. */
  readonly first = GRAPH.flatMap((parents, index) => (parents.length === 0 ? [index] : []));

  /** @returns the nodes that became ready by the end of `index` */
  ended(index: number): number[] {
    return this.#children[index]!.filter((child) => --this.#open[child]! === 0);
  }
}

function childrenOf(): number[][] {
  const children = GRAPH.map((): number[] => []);
  GRAPH.forEach((parents, index) => parents.forEach((parent) => children[parent]!.push(index)));
  return children;
}

/** Does everything in the order of the graph, at most `limit` at once. */
export async function walk(limit: number, act: (index: number) => Promise<unknown>): Promise<void> {
  const countdown = new Countdown();
  const ready = [...countdown.first];
  const running = new Set<Promise<void>>();
  while (ready.length > 0 || running.size > 0) {
    while (ready.length > 0 && running.size < limit) {
      const index = ready.shift()!;
      const run = act(index).then(() => {
        ready.push(...countdown.ended(index));
        running.delete(run);
      });
      running.add(run);
    }
    await Promise.race(running);
  }
}
