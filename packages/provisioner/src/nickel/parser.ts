import { MAX_DEPTH } from '@provisioning/input/documents';
import type { Expression, FieldDefinition, FieldName } from './ast.js';
import { refuseName, refuseValueEnd, RESERVED } from './constructs.js';
import { Lexer } from './lexer.js';
import { NickelError } from './nickel-error.js';
import { describe, type Sign, type Token } from './token.js';

/** @throws NickelError with the place of the first construct that is not plain data */
export function parseNickel(text: string): Expression {
  return new Parser(new Lexer(text)).file();
}

class Parser {
  #token: Token;
  #previous: Token;
  #depth = 0;

  constructor(private readonly lexer: Lexer) {
    this.#token = lexer.next();
    this.#previous = this.#token;
  }

  file(): Expression {
    const expression = this.#expression();
    if (this.#token.kind !== 'end') {
      refuseValueEnd(this.#previous, this.#token);
      throw new NickelError(
        `A file must have one value, but ${describe(this.#token)} follows it.`,
        this.#token.start,
      );
    }
    return expression;
  }

  #expression(): Expression {
    const token = this.#advance();
    const at = token.start;
    switch (token.kind) {
      case 'string':
      case 'number':
        return { kind: 'scalar', value: token.value, tag: false, at };
      case 'tag':
        return { kind: 'scalar', value: token.value, tag: true, at };
      case 'name':
        return { kind: 'scalar', value: keyword(token.value, at), tag: false, at };
      case 'sign':
        if (token.value === '{')
          return { kind: 'record', fields: this.#nested(1, at, () => this.#fields(at)), at };
        if (token.value === '[')
          return { kind: 'array', items: this.#nested(1, at, () => this.#items(at)), at };
        if (token.value === '-') return this.#negative(at);
    }
    throw new NickelError(`A value is missing: expected one before ${describe(token)}.`, at);
  }

  #negative(at: number): Expression {
    const number = this.#advance();
    if (number.kind !== 'number') {
      throw new NickelError(`A number must follow "-", not ${describe(number)}.`, number.start);
    }
    return { kind: 'scalar', value: -number.value, tag: false, at };
  }

  #items(open: number): Expression[] {
    const items: Expression[] = [];
    while (!this.#takes(']')) {
      if (this.#token.kind === 'end') throw unclosed('array', ']', open);
      items.push(this.#expression());
      this.#separator(']', open, 'array');
    }
    return items;
  }

  #fields(open: number): FieldDefinition[] {
    const fields: FieldDefinition[] = [];
    while (!this.#takes('}')) {
      const path: [FieldName, ...FieldName[]] = [this.#fieldName(open)];
      while (this.#takes('.')) path.push(this.#fieldName(open));
      const name = path.map((part) => part.name).join('.');
      if (!this.#takes('=')) {
        throw new NickelError(
          `Expected "=" and a value for the field "${name}", found ${describe(this.#token)}.`,
          this.#token.start,
        );
      }
      const value = this.#nested(path.length - 1, path[0].at, () => this.#expression());
      fields.push({ path, value });
      this.#separator('}', open, 'record');
    }
    return fields;
  }

  #fieldName(open: number): FieldName {
    const token = this.#advance();
    if (token.kind === 'end') throw unclosed('record', '}', open);
    if (token.kind === 'name' && token.value === 'include' && this.#token.kind !== 'sign') {
      refuseName('include', token.start);
    }
    if (token.kind === 'name' && RESERVED.has(token.value)) {
      throw new NickelError(
        `"${token.value}" is a keyword. Put it in double quotes to use it as a field name.`,
        token.start,
      );
    }
    if (token.kind === 'name' || token.kind === 'string') return { name: token.value, at: token.start };
    throw new NickelError(`Expected a field name, found ${describe(token)}.`, token.start);
  }

  /** After an item: a comma, or the end of the list or record. */
  #separator(close: Sign, open: number, what: string): void {
    if (this.#takes(',') || (this.#token.kind === 'sign' && this.#token.value === close)) return;
    if (this.#token.kind === 'end') throw unclosed(what, close, open);
    refuseValueEnd(this.#previous, this.#token);
    const text = this.lexer.text.slice(this.#previous.start, this.#previous.end);
    const hint =
      this.#previous.kind === 'string' && !text.startsWith('m') && text.includes('\n')
        ? ' The string before it spans several lines: is its closing quote missing?'
        : '';
    throw new NickelError(
      `Expected "," or "${close}" before ${describe(this.#token)}.${hint}`,
      this.#token.start,
    );
  }

  #nested<T>(levels: number, at: number, parse: () => T): T {
    this.#depth += levels;
    if (this.#depth > MAX_DEPTH) {
      throw new NickelError(`Values are nested more than ${MAX_DEPTH} levels deep here.`, at);
    }
    const parsed = parse();
    this.#depth -= levels;
    return parsed;
  }

  #takes(sign: Sign): boolean {
    if (this.#token.kind !== 'sign' || this.#token.value !== sign) return false;
    this.#advance();
    return true;
  }

  #advance(): Token {
    this.#previous = this.#token;
    // Never reads past the end.
    if (this.#token.kind !== 'end') this.#token = this.lexer.next();
    return this.#previous;
  }
}

function keyword(name: string, at: number): boolean | null {
  if (name === 'true' || name === 'false') return name === 'true';
  if (name === 'null') return null;
  return refuseName(name, at);
}

function unclosed(what: string, close: Sign, open: number): NickelError {
  return new NickelError(`The ${what} that starts here is not closed: its "${close}" is missing.`, open);
}
