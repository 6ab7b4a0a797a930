/* eslint-disable no-control-regex -- control characters are what this is about */

/** Control characters except tabs. */
const CONTROLS = /[\x00-\x08\n-\x1f\x7f-\x9f]/g;
/** The same with terminal codes for colours, links and the like (ECMA-48). */
const CODES =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]|[\x00-\x08\n-\x1f\x7f-\x9f]/g;
/** Whether a text may have such codes, escaped ones included. */
const HAS_CODES = /\x1b|(?:\\u00|\\x|%)1b/i;
/** Line ends, and codes of colours. */
const LAYOUT = /\n|\x1b\[[0-9;]*m/g;
/** One character of UTF-8 in percent-encoding (RFC 3986). */
const PERCENT_ESCAPES =
  /%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi;
/** Of JSON (RFC 8259), and those that other languages add to it. */
const STRING_ESCAPES = /\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[^ux])/gi;
const LONGEST_ESCAPE = '%f0%9f%98%80'.length;
/** What may become an escape with more text. */
const UNFINISHED =
  /(?:\\(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|(?:%[c-f][0-9a-f]|%[89ab][0-9a-f]){0,3}(?:%[0-9a-f]?)?)$/i;

const NAMED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A stretch of a view, and its source. Decoded characters correspond to all of their source. */
interface Piece {
  at: number;
  from: number;
  length: number;
  decoded: boolean;
}

/** A text as a reader sees it, without controls and with its escapes decoded, that knows the source of each part. */
export class TextView {
  private constructor(
    readonly text: string,
    private readonly source: TextView | undefined,
    private readonly pieces: readonly Piece[],
  ) {}

  /**
   * The text without controls, and one view for each kind of escape in it. If it has terminal codes, all views again without
   * them: a log shows what a terminal would take for a part of a code. An escaped code is text to most readers, so both are
   * also combined: without the codes, and with the escaped ones.
   */
  static of(text: string): TextView[] {
    const original = new TextView(text, undefined, []);
    const kinds: [written: RegExp, escaped: RegExp][] = [[CONTROLS, CONTROLS]];
    if (HAS_CODES.test(text)) kinds.push([CODES, CODES], [CODES, CONTROLS]);
    const views = kinds.flatMap(([written, escaped]) => {
      const plain = original.#without(written, () => '');
      const unescaped = plain.#decoded(STRING_ESCAPES, stringEscape, escaped);
      const decoded = [plain, unescaped].map((view) =>
        view.#decoded(PERCENT_ESCAPES, percentEscape, escaped),
      );
      return [plain, unescaped, ...decoded];
    });
    return [...new Set(views)];
  }

  /** The place of a part of this text in the original text. */
  origin(start: number, end: number): { start: number; end: number } {
    if (!this.source) return { start, end };
    const first = this.#pieceAt(start);
    const last = this.#pieceAt(end - 1);
    return this.source.origin(
      first.decoded ? first.from : first.from + start - first.at,
      last.decoded ? last.from + last.length : last.from + end - last.at,
    );
  }

  /** The end of the text without an incomplete escape. */
  get finishedLength(): number {
    return this.text.length - UNFINISHED.exec(this.text.slice(-LONGEST_ESCAPE))![0].length;
  }

  #decoded(escapes: RegExp, decode: (escape: string) => string, controls: RegExp): TextView {
    const decoded = this.#without(escapes, decode);
    return decoded === this ? this : decoded.#without(controls, () => '');
  }

  /** @returns this view if nothing matches */
  #without(pattern: RegExp, replacement: (match: string) => string): TextView {
    if (this.text.search(pattern) === -1) return this;
    const pieces: Piece[] = [];
    let text = '';
    let from = 0;
    const keep = (end: number) => {
      if (end > from) pieces.push({ at: text.length, from, length: end - from, decoded: false });
      text += this.text.slice(from, end);
    };
    for (const { 0: match, index } of this.text.matchAll(pattern)) {
      keep(index);
      const decoded = replacement(match);
      if (decoded !== '') pieces.push({ at: text.length, from: index, length: match.length, decoded: true });
      text += decoded;
      from = index + match.length;
    }
    keep(this.text.length);
    return new TextView(text, this, pieces);
  }

  #pieceAt(index: number): Piece {
    let [low, high] = [0, this.pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pieces[middle]!.at <= index) low = middle;
      else high = middle - 1;
    }
    return this.pieces[low]!;
  }
}

/** The text without line ends and other controls, as a log and as a terminal shows it; tabs stay. */
export function withoutControls(text: string): string[] {
  return [text.replace(CONTROLS, ''), text.replace(CODES, '')];
}

/** Only the line ends and colours of a text. */
export function layoutOf(text: string): string {
  return (text.match(LAYOUT) ?? []).join('');
}

function stringEscape(escape: string): string {
  const kind = escape[1]!;
  if (escape.length > 2) return String.fromCharCode(parseInt(escape.slice(2), 16));
  return NAMED[kind] ?? kind;
}

function percentEscape(escape: string): string {
  try {
    return decodeURIComponent(escape);
  } catch {
    // Has the form of UTF-8, but is not valid: longer than necessary, or half of a surrogate pair.
    return escape;
  }
}
