import type { Numeric } from '../data/number.js';
import type { Span } from '../source.js';
import type { Cursor } from './cursor.js';

/** What is written alike as an expression and as a pattern. */
export type Literal = { span: Span } & (
  { kind: 'constant'; value: null | boolean | Numeric } | { kind: 'enum'; tag: string; argument: undefined }
);

const KEYWORDS: ReadonlyMap<string, null | boolean> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);

/** Reads a number, an enum tag without quotes, a boolean or null if one comes next. */
export function takeLiteral(cursor: Cursor): Literal | undefined {
  const token = cursor.peek();
  const span = cursor.spanOf(token);
  if (token.kind === 'number') {
    cursor.next();
    return { kind: 'constant', value: token.value, span };
  }
  if (token.kind === 'tag') {
    cursor.next();
    return { kind: 'enum', tag: token.text, argument: undefined, span };
  }
  const value = token.kind === 'symbol' ? KEYWORDS.get(token.text) : undefined;
  if (value === undefined) return undefined;
  cursor.next();
  return { kind: 'constant', value, span };
}
