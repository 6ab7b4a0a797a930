/** What a call may carry is bounded in bytes (contracts: `control-center/internal.ts`): half of it leaves room for escapes. */
const MOST_BYTES = 6 * 1024 * 1024;

/** The same items in the same order, in pieces that fit into a call each. */
export function inPieces<Item>(items: readonly Item[], mostBytes = MOST_BYTES): Item[][] {
  const pieces: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const bytes = Buffer.byteLength(JSON.stringify(item));
    if (bytes > room || pieces.length === 0) {
      pieces.push([]);
      room = mostBytes;
    }
    pieces.at(-1)!.push(item);
    room -= bytes;
  }
  return pieces;
}
