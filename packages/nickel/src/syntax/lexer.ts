import { parseDecimal, ratio, type Numeric } from '../data/number.js';
import { NickelError } from '../nickel-error.js';
import type { Source } from '../source.js';
import { canonicalPrimitive, PRIMITIVES } from './primitives.js';
import { isUnclosed, lexString, type StringMode } from './string-lexer.js';
import { KEYWORDS, type StringOpening, type Token } from './token.js';

const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const SYMBOLIC = /[a-zA-Z][_a-zA-Z0-9\-']*-s(%+)"/y;
const MULTILINE = /m(%+)"/y;
const NAME = /_*[a-zA-Z][_a-zA-Z0-9\-']*/y;
const TAG = /'(_*[a-zA-Z][_a-zA-Z0-9\-']*)/y;
const BASED = /0x[0-9A-Fa-f]+|0o[0-7]+|0b[01]+/y;
const DECIMAL = /[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?/y;
const PRIMITIVE = /%([a-z][a-z0-9_/]*)%/y;
const SYMBOL = /\[\||\|\]|\|>|\|\||->|=>|==|!=|<=|>=|\+\+|&&|\.\.|[-+*/%&|!=<>@.,;:?$(){}[\]_]/y;

/** Where the lexer stands: in code whose braces it counts, or in a string. */
type Mode = { kind: 'code'; braces: number } | ({ kind: 'string' } & StringMode);

/**
 * Splits a text into tokens, the last of which is `end`.
 * @throws NickelError `syntax`, with its place
 */
export function tokenize(source: Source): Token[] {
  return new Lexer(source).run();
}

class Lexer {
  readonly #tokens: Token[] = [];
  readonly #modes: Mode[] = [{ kind: 'code', braces: 0 }];
  #at = 0;

  constructor(private readonly source: Source) {}

  run(): Token[] {
    const { text } = this.source;
    for (;;) {
      const mode = this.#modes.at(-1)!;
      if (mode.kind === 'string') {
        if (this.#at >= text.length) throw this.#error(isUnclosed(mode), mode.start, mode.start + 1);
        this.#stringPart(mode);
        continue;
      }
      BLANK.lastIndex = this.#at;
      this.#at += BLANK.exec(text)?.[0].length ?? 0;
      if (this.#at >= text.length) {
        this.#tokens.push({ kind: 'end', start: text.length, end: text.length });
        return this.#tokens;
      }
      this.#code(mode);
    }
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.source.text) ?? undefined;
  }

  #error(message: string, start: number, end: number): NickelError {
    return new NickelError('syntax', message, { span: { source: this.source, start, end } });
  }

  #open(kind: StringOpening['kind'], percents: number, length: number, prefix = ''): void {
    const [start, end] = [this.#at, this.#at + length];
    this.#tokens.push({ kind: 'open', opening: { kind, percents, prefix }, start, end });
    this.#modes.push({ kind: 'string', percents, start });
    this.#at = end;
  }

  #stringPart(mode: StringMode): void {
    const { tokens, end, outcome } = lexString(this.source, this.#at, mode);
    this.#tokens.push(...tokens);
    this.#at = end;
    if (outcome === 'closed') this.#modes.pop();
    else if (outcome === 'interpolation') this.#modes.push({ kind: 'code', braces: 0 });
  }

  #code(mode: { kind: 'code'; braces: number }): void {
    const { text } = this.source;
    const char = text[this.#at]!;
    if (char === '"') return this.#open('plain', 0, 1);
    if (char === "'" && text[this.#at + 1] === '"') return this.#open('tag', 0, 2);
    const symbolic = this.#match(SYMBOLIC);
    if (symbolic) {
      const length = symbolic[1]!.length;
      return this.#open('symbolic', length, symbolic[0].length, symbolic[0].slice(0, -length - 3));
    }
    const multiline = this.#match(MULTILINE);
    if (multiline) return this.#open('multiline', multiline[1]!.length, multiline[0].length);
    const name = this.#match(NAME)?.[0];
    if (name !== undefined) {
      return this.#push(KEYWORDS.has(name) ? 'symbol' : 'name', name, name.length);
    }
    const tag = this.#match(TAG);
    if (tag) return this.#push('tag', tag[1]!, tag[0].length);
    const number = this.#match(BASED)?.[0] ?? this.#match(DECIMAL)?.[0];
    if (number !== undefined) return this.#number(number);
    const primitive = this.#match(PRIMITIVE);
    if (primitive) {
      const name = canonicalPrimitive(primitive[1]!);
      if (PRIMITIVES.has(name)) return this.#push('primitive', name, primitive[0].length);
    }
    const symbol = this.#match(SYMBOL)?.[0];
    if (symbol === undefined) {
      const shown = String.fromCodePoint(text.codePointAt(this.#at)!);
      throw this.#error(
        `The character ${JSON.stringify(shown)} is not allowed here.`,
        this.#at,
        this.#at + 1,
      );
    }
    if (symbol === '{') mode.braces += 1;
    if (symbol === '}') {
      if (mode.braces === 0 && this.#modes.length > 1) this.#modes.pop();
      else mode.braces -= 1;
    }
    this.#push('symbol', symbol, symbol.length);
  }

  #push(kind: 'symbol' | 'name' | 'tag' | 'primitive', text: string, length: number): void {
    this.#tokens.push({ kind, text, start: this.#at, end: this.#at + length });
    this.#at += length;
  }

  #number(written: string): void {
    const [start, end] = [this.#at, this.#at + written.length];
    const value = valueOf(written);
    if (value === undefined) throw this.#error('The number has too many digits.', start, end);
    this.#tokens.push({ kind: 'number', value, start, end });
    this.#at = end;
  }
}

function valueOf(written: string): Numeric | undefined {
  if (!/^0[xob]/.test(written)) return parseDecimal(written);
  return written.length > 10_000 ? undefined : ratio(BigInt(written), 1n);
}
