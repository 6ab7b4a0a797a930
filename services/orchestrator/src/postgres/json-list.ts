import { inSlices } from '@provisioning/runtime';

/** The rows of the items as a JSON list, made a slice at a time. */
export async function jsonList<Item>(
  items: readonly Item[],
  rowOf: (item: Item, index: number) => object,
): Promise<string> {
  const rows = await inSlices(items, (item, index) => JSON.stringify(rowOf(item, index)));
  return `[${rows.join(',')}]`;
}
