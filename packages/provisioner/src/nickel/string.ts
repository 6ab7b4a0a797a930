import { beyondPlainData, NickelError } from './nickel-error.js';

const PLAIN = /[^"\\%]*/y;
const ASCII_ESCAPE = /\\x([0-9A-Fa-f]{2})/y;
const ESCAPES: Record<string, string> = { '\\': '\\', '"': '"', n: '\n', t: '\t', r: '\r', '%': '%' };

/**
 * Reads a string in double quotes, which may span several lines.
 * @param start the position of its opening quote
 */
export function readString(text: string, start: number): { value: string; end: number } {
  const parts: string[] = [];
  let at = start + 1;
  for (;;) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(text)?.[0] ?? '';
    parts.push(plain);
    at += plain.length;
    switch (text[at]) {
      case undefined:
        throw new NickelError('The string that starts here is not closed: its closing " is missing.', start);
      case '"':
        return { value: parts.join(''), end: at + 1 };
      case '%':
        if (text[at + 1] === '{') {
          throw beyondPlainData('Interpolation with %{…}', at, 'For the literal characters write \\%{. ');
        }
        parts.push('%');
        at += 1;
        break;
      default: {
        const { value, length } = readEscape(text, at);
        parts.push(value);
        at += length;
      }
    }
  }
}

function readEscape(text: string, at: number): { value: string; length: number } {
  const simple = ESCAPES[text[at + 1] ?? ''];
  if (simple !== undefined) return { value: simple, length: 2 };
  ASCII_ESCAPE.lastIndex = at;
  const code = Number.parseInt(ASCII_ESCAPE.exec(text)?.[1] ?? '', 16);
  if (code <= 0x7f) return { value: String.fromCharCode(code), length: 4 };
  if (text[at + 1] === 'x') {
    throw new NickelError(
      'An escape \\x takes two hexadecimal digits from 00 to 7F. Write other characters literally.',
      at,
    );
  }
  throw new NickelError(
    `"\\${text[at + 1] ?? ''}" is not an escape. Known escapes are \\\\ \\" \\n \\t \\r \\% and \\xHH; for a backslash itself write \\\\.`,
    at,
  );
}
