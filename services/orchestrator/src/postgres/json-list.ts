import { nextTurn } from '@provisioning/runtime';

const SLICE = 500;

/** The rows of the items as a JSON list, made a slice at a time: other requests are answered in between. */
export async function jsonList<Item>(
  items: readonly Item[],
  rowOf: (item: Item, index: number) => object,
): Promise<string> {
  const slices: string[] = [];
  for (let at = 0; at < items.length; at += SLICE) {
    if (at > 0) await nextTurn();
    const rows = items.slice(at, at + SLICE).map((item, index) => JSON.stringify(rowOf(item, at + index)));
    slices.push(rows.join(','));
  }
  return `[${slices.join(',')}]`;
}
