/** The rows as they are, with what the items say of them now. Rows stay even if other items have pushed them off the page. */
export function merge<Item>(
  rows: readonly Item[],
  items: readonly Item[],
  idOf: (item: Item) => string,
): { rows: Item[]; waiting: number } | undefined {
  if (rows.length === 0) return undefined;
  const known = new Set(rows.map(idOf));
  const now = new Map(items.map((item) => [idOf(item), item]));
  return {
    rows: rows.map((row) => now.get(idOf(row)) ?? row),
    waiting: items.filter((item) => !known.has(idOf(item))).length,
  };
}
