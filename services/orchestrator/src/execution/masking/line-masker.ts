import { maskRanges, union, type Masker } from './masker.js';
import { MIN_LENGTH } from './secret-forms.js';

/** In characters. No more is withheld: any number of blank lines may follow the start of a secret. */
const MAX_HELD = 64 * 1024;

/**
 * Masks lines as they are printed. A line whose end may be the start of a secret is withheld until the next lines decide.
 * A start of fewer than four characters is withheld only until a read finds nothing new, so that a line is returned at
 * once or at the next read unless its end looks like the start of a secret.
 */
export class LineMasker {
  #held: string[] = [];
  /** The start of a secret that was returned already. */
  #open = '';

  constructor(private readonly masker: Pick<Masker, 'find'>) {}

  /** @param lines the next printed lines. @returns the lines to show, masked */
  next(lines: readonly string[]): string[] {
    for (const line of lines) this.#held.push(line);
    return this.#release(1);
  }

  /** For a read that found nothing new. @returns the lines to show, masked */
  pause(): string[] {
    return this.#release(MIN_LENGTH);
  }

  /** For the end of the output. @returns all withheld lines, masked */
  end(): string[] {
    return this.#release(Infinity);
  }

  /** @param worth the visible characters that the start of a secret must have to be withheld */
  #release(worth: number): string[] {
    if (this.#held.length === 0) return [];
    const known = this.#open.length;
    const text = this.#open + this.#held.join('\n');
    const { secrets, open } = this.masker.find(text);
    const starts = startsOf(this.#held, known);
    const lineAt = (position: number) =>
      starts.findLastIndex((start, line) => line === 0 || start <= position);
    const startOf = (line: number) => starts[line] ?? text.length + 1;

    let count = open.length >= worth ? lineAt(open.start) : starts.length;
    // If a secret reaches into a withheld line, all of its lines are withheld.
    for (const { start, end } of secrets.toReversed())
      if (start < startOf(count) && startOf(count) < end) count = lineAt(start);
    if (text.length - startOf(count) > MAX_HELD) {
      count = starts.length;
      if (open.length >= worth) secrets.push({ start: open.start, end: text.length });
    }
    if (count === 0) return [];

    this.#held = this.#held.slice(count);
    const beginning = count < starts.length ? '' : text.slice(open.start).replaceAll('\n', '');
    this.#open = beginning.length > MAX_HELD ? '' : beginning;
    const shown = union(secrets)
      .filter(({ start, end }) => end > known && start < startOf(count))
      .map(({ start, end }) => ({ start: Math.max(start - known, 0), end: end - known }));
    return maskRanges(text.slice(known, startOf(count) - 1), shown).split('\n');
  }
}

/** The start of each line in a text that has them after `known` characters, with line ends between them. */
function startsOf(lines: readonly string[], known: number): number[] {
  let next = known;
  return lines.map(({ length }) => {
    const start = next;
    next += length + 1;
    return start;
  });
}
