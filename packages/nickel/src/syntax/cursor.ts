import { NickelError } from '../nickel-error.js';
import type { Source, Span } from '../source.js';
import type { Expression, Name } from './ast.js';
import { METADATA_KEYWORDS, type Token } from './token.js';

/** Nesting beyond which a text is refused: the parser and the evaluator recurse into it. */
const MAX_NESTING = 250;

/** The rules of the grammar that other rules refer back to. */
export interface Grammar {
  /** Any expression, with its annotations. */
  expression(cursor: Cursor): Expression;
  /** Operators and their operands, those that bind at least that strongly. Neither `let` nor annotations. */
  infix(cursor: Cursor, least: number): Expression;
}

/** The tokens of a text, and how far they have been read. */
export class Cursor {
  #at = 0;
  #nesting = 0;

  constructor(
    readonly source: Source,
    private readonly tokens: readonly Token[],
    readonly grammar: Grammar,
  ) {}

  /** The token that comes next, or a later one. */
  peek(ahead = 0): Token {
    return this.tokens[this.#at + ahead] ?? this.tokens.at(-1)!;
  }

  next(): Token {
    const token = this.peek();
    if (this.#at < this.tokens.length - 1) this.#at += 1;
    return token;
  }

  /** Whether the next token is that keyword or punctuation. */
  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === text;
  }

  atAny(texts: ReadonlySet<string>, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && texts.has(token.text);
  }

  /** Whether the next token is that word, which is a name elsewhere. */
  atWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && token.text === text;
  }

  /** Reads that keyword or punctuation if it comes next. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.next();
    return true;
  }

  /** @param why what it is for: `to end the array` */
  expect(text: string, why: string): Token {
    if (this.at(text)) return this.next();
    throw this.error(`"${text}" is expected ${why}, but ${describe(this.peek())} comes here.`);
  }

  /** A name that is no keyword. */
  name(what: string): Name {
    const token = this.peek();
    if (token.kind !== 'name') {
      throw this.error(`A name is expected for ${what}, but ${describe(token)} comes here.`);
    }
    this.next();
    return { text: token.text, span: this.spanOf(token) };
  }

  atFieldName(ahead = 0): boolean {
    return this.peek(ahead).kind === 'name' || this.atAny(METADATA_KEYWORDS, ahead);
  }

  /** A name of a field, which may be a word of metadata. */
  fieldName(): Name {
    const token = this.peek();
    if (token.kind === 'symbol' && METADATA_KEYWORDS.has(token.text)) {
      this.next();
      return { text: token.text, span: this.spanOf(token) };
    }
    return this.name('a field');
  }

  spanOf({ start, end }: { start: number; end: number }): Span {
    return { source: this.source, start, end };
  }

  /** The span from a start to the end of what was read last. */
  since(start: number): Span {
    return { source: this.source, start, end: Math.max(start, this.tokens[this.#at - 1]?.end ?? start) };
  }

  get start(): number {
    return this.peek().start;
  }

  error(message: string, at: { start: number; end: number } = this.peek()): NickelError {
    return new NickelError('syntax', message, { span: this.spanOf(at) });
  }

  /** Parses something that may contain itself. */
  nested<T>(parse: () => T): T {
    if (this.#nesting >= MAX_NESTING) {
      throw this.error(`The text is nested more than ${MAX_NESTING} levels deep. Name parts of it with let.`);
    }
    this.#nesting += 1;
    try {
      return parse();
    } finally {
      this.#nesting -= 1;
    }
  }
}

/** A token as messages name it. */
export function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the file';
    case 'symbol':
    case 'name':
      return `"${token.text}"`;
    case 'tag':
      return `"'${token.text}"`;
    case 'primitive':
      return `"%${token.text}%"`;
    case 'number':
      return 'a number';
    case 'open':
    case 'literal':
      return 'a string';
    case 'interpolation':
      return 'an interpolation';
    case 'close':
      return 'the end of a string';
  }
}
