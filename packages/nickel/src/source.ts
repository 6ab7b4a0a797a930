/** A text that is evaluated, with the name that messages use for it. */
export interface Source {
  /** As messages show it, e.g. `production/config.ncl`. */
  readonly name: string;
  readonly text: string;
  /** The real path of the file; imports are resolved next to it. Undefined for a text without a file. */
  readonly path?: string | undefined;
}

/** A part of a source: offsets in UTF-16 units, the end excluded. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A place as people count: lines and columns start at 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
  /** Offset in UTF-16 units. */
  offset: number;
  /** The text of the place, shortened to its first line. */
  expression: string;
}

const MAX_SHOWN = 100;

/** Computes the line and column of a span. */
export function placeOf({ source, start, end }: Span): Place {
  const lineStart = source.text.lastIndexOf('\n', start - 1) + 1;
  let line = 1;
  for (let at = source.text.indexOf('\n'); at !== -1 && at < start; at = source.text.indexOf('\n', at + 1)) {
    line += 1;
  }
  const [first = '', ...rest] = source.text.slice(start, Math.min(end, start + 4 * MAX_SHOWN)).split('\n');
  const shortened = first.length > MAX_SHOWN || rest.length > 0;
  return {
    file: source.name,
    line,
    column: start - lineStart + 1,
    offset: start,
    expression: shortened ? `${first.slice(0, MAX_SHOWN).trimEnd()} …` : first,
  };
}

/** Whether a span lies inside another one. */
export function contains(outer: Span, inner: Span): boolean {
  return outer.source === inner.source && outer.start <= inner.start && inner.end <= outer.end;
}

/** The span from the start of one to the end of the other. */
export function between(first: Span, last: Span): Span {
  return { source: first.source, start: first.start, end: last.end };
}
