import { inSlices } from '@provisioning/runtime';

/** Returns the rows of the items as JSON text. Serialises in slices, so that other requests are served. */
export async function jsonList<Item>(
  items: readonly Item[],
  rowOf: (item: Item, index: number) => object,
): Promise<string> {
  const rows = await inSlices(items, (item, index) => JSON.stringify(rowOf(item, index)));
  return `[${rows.join(',')}]`;
}
