import type { Path } from '../source/located.js';

const KEY = String.raw`(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)`;
const DOTTED = String.raw`${KEY}(?:\s*\.\s*${KEY})*`;
const HEADER = new RegExp(String.raw`^\s*(\[\[?)\s*(${DOTTED})\s*\]`);
const ASSIGNMENT = new RegExp(String.raw`^\s*(${DOTTED})\s*=`);

/**
 * Where the keys of a TOML text stand, for messages: its parser keeps no places. What stands in an inline table or a
 * list is found at the line of that.
 */
export class TomlLines {
  readonly #lines = new Map<string, number>();

  constructor(text: string) {
    const tables = new Map<string, number>();
    let table: string[] = [];
    let fence: string | undefined;
    text.split('\n').forEach((line, index) => {
      // Lines of a text over several lines are none of ours.
      const fences = line.match(/"""|'''/g) ?? [];
      const inside = fence !== undefined;
      for (const one of fences) fence = fence === undefined ? one : fence === one ? undefined : fence;
      if (inside) return;
      const header = HEADER.exec(line);
      const key = header ? undefined : ASSIGNMENT.exec(line)?.[1];
      if (header) {
        table = keysOf(header[2] ?? '');
        if (header[1] === '[[') {
          const name = table.join('\0');
          const count = tables.get(name) ?? 0;
          tables.set(name, count + 1);
          table = [...table, String(count)];
        }
        this.#note(table, index + 1);
      } else if (key !== undefined) this.#note([...table, ...keysOf(key)], index + 1);
    });
  }

  /** The line of that key, or of the nearest thing around it. */
  of(path: Path): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(path.slice(0, length).join('\0'));
      if (line !== undefined) return line;
    }
    return undefined;
  }

  #note(path: readonly string[], line: number): void {
    // A table is where it is first spoken of.
    for (let length = 1; length <= path.length; length++) {
      const key = path.slice(0, length).join('\0');
      if (!this.#lines.has(key)) this.#lines.set(key, line);
    }
  }
}

function keysOf(dotted: string): string[] {
  return (dotted.match(new RegExp(KEY, 'g')) ?? []).map((key) => key.replace(/^["']|["']$/g, ''));
}
