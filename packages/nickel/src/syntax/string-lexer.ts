import { NickelError } from '../nickel-error.js';
import type { Source } from '../source.js';
import type { Token } from './token.js';

/** The string that is being read. */
export interface StringMode {
  /** 0 for "…", where backslashes escape; otherwise the number of % signs of the delimiters. */
  percents: number;
  /** Where the string begins. */
  start: number;
}

/** The tokens of a string up to its end, or up to an interpolation. */
export interface StringPart {
  tokens: Token[];
  end: number;
  outcome: 'closed' | 'interpolation' | 'unfinished';
}

const PLAIN = /[^"\\%]+/y;
const ESCAPES: Record<string, string> = {
  '\\': '\\',
  '"': '"',
  n: '\n',
  t: '\t',
  r: '\r',
  '%': '%',
  "'": "'",
};
const ASCII = /\\x([0-7][0-9A-Fa-f])/y;
const UNICODE = /\\u\{([0-9A-Fa-f]{1,6})\}/y;

/** What is missing from a string that does not end. */
export function isUnclosed({ percents }: StringMode): string {
  const closing = `"${'%'.repeat(percents)}`;
  return `The string that begins here is not closed: its closing ${closing} is missing.`;
}

/** Reads a string up to its end or its next interpolation. */
export function lexString(source: Source, from: number, mode: StringMode): StringPart {
  return mode.percents === 0 ? lexPlain(source, from) : lexMultiline(source, from, mode.percents);
}

function part(
  parts: string,
  from: number,
  at: number,
  length: number,
  outcome: StringPart['outcome'],
): StringPart {
  const tokens: Token[] = parts === '' ? [] : [{ kind: 'literal', text: parts, start: from, end: at }];
  const end = at + length;
  if (outcome === 'interpolation') tokens.push({ kind: 'interpolation', start: at, end });
  if (outcome === 'closed') tokens.push({ kind: 'close', start: at, end });
  return { tokens, end, outcome };
}

function lexPlain(source: Source, from: number): StringPart {
  const { text } = source;
  const parts: string[] = [];
  let at = from;
  for (;;) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(text)?.[0] ?? '';
    parts.push(plain);
    at += plain.length;
    const char = text[at];
    if (char === undefined) return part(parts.join(''), from, at, 0, 'unfinished');
    if (char === '"') return part(parts.join(''), from, at, 1, 'closed');
    if (char === '%') {
      if (text[at + 1] === '{') return part(parts.join(''), from, at, 2, 'interpolation');
      parts.push('%');
      at += 1;
      continue;
    }
    const { value, length } = readEscape(source, at);
    parts.push(value);
    at += length;
  }
}

function readEscape(source: Source, at: number): { value: string; length: number } {
  const { text } = source;
  const simple = ESCAPES[text[at + 1] ?? ''];
  if (simple !== undefined) return { value: simple, length: 2 };
  ASCII.lastIndex = at;
  const ascii = ASCII.exec(text);
  if (ascii) return { value: String.fromCharCode(Number.parseInt(ascii[1]!, 16)), length: 4 };
  UNICODE.lastIndex = at;
  const unicode = UNICODE.exec(text);
  const code = Number.parseInt(unicode?.[1] ?? '', 16);
  if (unicode && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) {
    return { value: String.fromCodePoint(code), length: unicode[0].length };
  }
  throw new NickelError(
    'syntax',
    `"\\${text[at + 1] ?? ''}" is not an escape. Escapes are \\\\ \\" \\n \\t \\r \\% \\xHH (00 to 7F) and \\u{H}; ` +
      'for a backslash itself write \\\\.',
    { span: { source, start: at, end: at + 2 } },
  );
}

function lexMultiline(source: Source, from: number, percents: number): StringPart {
  const { text } = source;
  // A candidate is a run of % signs, perhaps after a quote, perhaps before a brace.
  const candidate = /("?)(%+)(\{?)/g;
  candidate.lastIndex = from;
  for (let match = candidate.exec(text); match; match = candidate.exec(text)) {
    const [, quote = '', { length } = '', brace = ''] = match;
    if (length < percents) continue;
    if (brace !== '') {
      const at = match.index + quote.length + length - percents;
      return part(text.slice(from, at), from, at, percents + 1, 'interpolation');
    }
    if (quote === '') continue;
    if (length > percents) {
      throw new NickelError(
        'syntax',
        `This closing "${'%'.repeat(length)} has more % signs than the opening of its string.`,
        { span: { source, start: match.index, end: match.index + 1 + length } },
      );
    }
    return part(text.slice(from, match.index), from, match.index, 1 + length, 'closed');
  }
  return part(text.slice(from), from, text.length, 0, 'unfinished');
}
