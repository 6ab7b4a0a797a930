/** A part of a string: text, or an expression with the indentation that its further lines get. */
export type Chunk<E> = string | { expression: E; indent: number };

const INDENT = /^[ \t]*/;

interface Line<E> {
  chunks: Chunk<E>[];
}

/**
 * Drops the first and the last line of a multi-line string if they are blank, and the indentation that all its lines
 * share. An expression that is alone at the start of its line hands on that line's indentation.
 */
export function withoutIndentation<E>(chunks: readonly Chunk<E>[]): Chunk<E>[] {
  const lines = splitLines(chunks);
  const common = Math.min(...lines.filter((line) => !isBlank(line)).map(indentOf));
  const kept = lines.map((line, index) => {
    // A blank first line or last line is dropped; the last one only with the break before it.
    if (isBlank(line) && (index === 0 || index === lines.length - 1)) return undefined;
    return unindent(line, common);
  });
  const result: Chunk<E>[] = [];
  let first = true;
  for (const line of kept) {
    if (!line) continue;
    if (!first) append(result, '\n');
    first = false;
    for (const chunk of line.chunks) append(result, chunk);
  }
  return result;
}

function append<E>(chunks: Chunk<E>[], chunk: Chunk<E>): void {
  const last = chunks.at(-1);
  if (typeof chunk === 'string' && typeof last === 'string') chunks[chunks.length - 1] = last + chunk;
  else if (chunk !== '') chunks.push(chunk);
}

function splitLines<E>(chunks: readonly Chunk<E>[]): Line<E>[] {
  const lines: Line<E>[] = [{ chunks: [] }];
  for (const chunk of chunks) {
    if (typeof chunk !== 'string') {
      lines.at(-1)!.chunks.push(chunk);
      continue;
    }
    const [first = '', ...others] = chunk.split('\n');
    lines.at(-1)!.chunks.push(first);
    for (const text of others) lines.push({ chunks: [text] });
  }
  return lines;
}

function isBlank<E>({ chunks }: Line<E>): boolean {
  return chunks.every((chunk) => typeof chunk === 'string' && /^[ \t\r]*$/.test(chunk));
}

function indentOf<E>({ chunks: [first] }: Line<E>): number {
  return typeof first === 'string' ? (INDENT.exec(first)?.[0].length ?? 0) : 0;
}

function unindent<E>(line: Line<E>, common: number): Line<E> {
  const [first, ...others] = line.chunks;
  if (typeof first !== 'string') return line;
  const own = indentOf(line);
  const rest = [first.slice(Math.min(common, own)), ...others];
  const expressions = others.filter((chunk) => typeof chunk !== 'string');
  const leads = own === first.length && expressions.length === 1 && typeof others[0] !== 'string';
  return {
    chunks: rest.map((chunk) =>
      leads && typeof chunk !== 'string' ? { expression: chunk.expression, indent: own - common } : chunk,
    ),
  };
}
