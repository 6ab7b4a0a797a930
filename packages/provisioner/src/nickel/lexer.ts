import { readMultilineString } from './multiline-string.js';
import { beyondPlainData, NickelError } from './nickel-error.js';
import { readNumber } from './number.js';
import { readString } from './string.js';
import type { Sign, Token } from './token.js';

const BLANKS = /(?:[ \t\r\n]|#[^\n]*)*/y;
const NAME = /_*[A-Za-z][A-Za-z0-9_'-]*/y;
const MULTILINE_OPENING = /m(%+)"/y;
const SYMBOLIC_OPENING = /[A-Za-z][A-Za-z0-9_'-]*-s%+"/y;
// The longest come first: `++` is not two `+`.
const OPERATOR = /\|>|\+\+|==|!=|<=|>=|&&|\|\||=>|->|\.\.|[+*/%@<>!&|:;()]/y;
const SIGN = /[{}[\],=.-]/y;

const OPERATOR_NAMES: Record<string, string> = {
  '|': 'An annotation with "|"',
  ':': 'A type annotation with ":"',
  '&': 'Merging with "&"',
  '(': 'An expression in parentheses',
  ')': 'An expression in parentheses',
  '..': 'An open record with ".."',
};

/** Splits the text into tokens, one at a time, so that the parser reports the first fault in the file. */
export class Lexer {
  #at = 0;

  constructor(readonly text: string) {}

  /** @throws NickelError at a character that starts no token of plain data */
  next(): Token {
    const start = this.#at + (this.#match(BLANKS, this.#at)?.[0].length ?? 0);
    const token = this.#read(start);
    this.#at = token.end;
    return token;
  }

  #read(start: number): Token {
    const { text } = this;
    const first = text[start];
    if (first === undefined) return { kind: 'end', value: '', start, end: start };
    if (first === '"') return { kind: 'string', start, ...readString(text, start) };
    if (first === "'") return this.#tag(start);

    const multiline = this.#match(MULTILINE_OPENING, start);
    if (multiline) {
      const content = readMultilineString(text, start, multiline[1]?.length ?? 1);
      return { kind: 'string', start, ...content };
    }
    if (this.#match(SYMBOLIC_OPENING, start)) throw beyondPlainData('A symbolic string', start);

    const number = readNumber(text, start);
    if (number) return { kind: 'number', start, ...number };
    const name = this.#match(NAME, start)?.[0];
    if (name !== undefined) return { kind: 'name', value: name, start, end: start + name.length };
    return this.#sign(start);
  }

  #sign(start: number): Token {
    const operator = this.#match(OPERATOR, start)?.[0];
    if (operator !== undefined) {
      throw beyondPlainData(OPERATOR_NAMES[operator] ?? `The operator "${operator}"`, start);
    }
    const sign = this.#match(SIGN, start)?.[0];
    if (sign === undefined) {
      const shown = String.fromCodePoint(this.text.codePointAt(start) ?? 0);
      throw new NickelError(`The character ${JSON.stringify(shown)} is not expected here.`, start);
    }
    return { kind: 'sign', value: sign as Sign, start, end: start + 1 };
  }

  #tag(start: number): Token {
    if (this.text[start + 1] === '"') return { kind: 'tag', start, ...readString(this.text, start + 1) };
    const name = this.#match(NAME, start + 1)?.[0];
    if (name === undefined) {
      throw new NickelError(
        `A single quote starts an enum tag, such as 'upcloud; strings are written in double quotes.`,
        start,
      );
    }
    return { kind: 'tag', value: name, start, end: start + 1 + name.length };
  }

  #match(pattern: RegExp, at: number): RegExpExecArray | null {
    pattern.lastIndex = at;
    return pattern.exec(this.text);
  }
}
