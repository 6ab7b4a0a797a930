/** The contract bounds a call in bytes (contracts: `control-center/internal.ts`): half of that leaves room for escapes. */
const MOST_BYTES = 6 * 1024 * 1024;

/**
 * Returns JSON texts of `{[member]: Item[]}` with all items in their order, each short enough for one call. An item that is too
 * long alone has a text of its own. Each item is serialised once.
 */
export function bodiesOf(member: string, items: readonly object[], mostBytes = MOST_BYTES): string[] {
  const pieces: string[][] = [];
  let room = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    const bytes = Buffer.byteLength(text);
    if (bytes > room || pieces.length === 0) {
      pieces.push([]);
      room = mostBytes;
    }
    pieces.at(-1)!.push(text);
    room -= bytes;
  }
  return pieces.map((texts) => `{${JSON.stringify(member)}:[${texts.join(',')}]}`);
}
