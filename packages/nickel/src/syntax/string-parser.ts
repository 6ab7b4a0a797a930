import { emptyRecord, type Expression } from './ast.js';
import type { Cursor } from './cursor.js';
import { withoutIndentation, type Chunk } from './indentation.js';
import type { Literal } from './literal.js';
import type { StringOpening } from './token.js';

/** A string of any kind, or a quoted enum tag. */
export function parseString(cursor: Cursor): Expression {
  const { start } = cursor;
  const token = cursor.peek();
  if (token.kind === 'open' && token.opening.kind === 'tag') return parseQuotedTag(cursor);
  const { opening, chunks } = readChunks(cursor);
  const span = cursor.since(start);
  if (opening.kind === 'symbolic') return symbolicString(cursor, opening.prefix, chunks, start);
  const text = staticText(chunks);
  return text === undefined ? { kind: 'chunks', chunks, span } : { kind: 'constant', value: text, span };
}

/** An enum tag in quotes, of an expression or a pattern. */
export function parseQuotedTag(cursor: Cursor): Literal & { kind: 'enum' } {
  const { start } = cursor;
  const text = staticText(readChunks(cursor).chunks);
  const span = cursor.since(start);
  if (text === undefined) throw cursor.error('An enum tag must not contain %{…}.', span);
  return { kind: 'enum', tag: text, argument: undefined, span };
}

/**
 * A string that must be known without evaluation.
 * @param what what the string is, for messages
 */
export function parseStaticString(cursor: Cursor, what: string): string {
  const token = cursor.peek();
  if (token.kind !== 'open' || token.opening.kind === 'tag' || token.opening.kind === 'symbolic') {
    throw cursor.error(`A string in double quotes is expected for ${what}.`);
  }
  const text = staticText(readChunks(cursor).chunks);
  if (text === undefined) throw cursor.error(`There must be no %{…} in ${what}.`, token);
  return text;
}

function readChunks(cursor: Cursor): { opening: StringOpening; chunks: Chunk<Expression>[] } {
  const token = cursor.next();
  if (token.kind !== 'open') throw cursor.error('A string is expected here.', token);
  const { opening } = token;
  const chunks: Chunk<Expression>[] = [];
  for (;;) {
    const part = cursor.next();
    if (part.kind === 'literal') {
      chunks.push(part.text);
    } else if (part.kind === 'interpolation') {
      chunks.push({ expression: cursor.grammar.expression(cursor), indent: 0 });
      cursor.expect('}', 'to end the interpolation');
    } else if (part.kind === 'close') {
      break;
    } else {
      throw cursor.error('The string is not closed.', token);
    }
  }
  return { opening, chunks: opening.percents === 0 ? chunks : withoutIndentation(chunks) };
}

function staticText(chunks: readonly Chunk<Expression>[]): string | undefined {
  if (chunks.some((chunk) => typeof chunk !== 'string')) return undefined;
  return chunks.join('');
}

/** A symbolic string stands for a record with its prefix and its fragments. */
function symbolicString(
  cursor: Cursor,
  prefix: string,
  chunks: readonly Chunk<Expression>[],
  start: number,
): Expression {
  const span = cursor.since(start);
  const items = chunks.map((chunk): Expression =>
    typeof chunk === 'string' ? { kind: 'constant', value: chunk, span } : chunk.expression,
  );
  const field = (value: Expression) => [{ metadata: { annotations: [] }, value, span, name: span }];
  return {
    ...emptyRecord(span),
    fields: new Map([
      ['tag', field({ kind: 'enum', tag: 'SymbolicString', argument: undefined, span })],
      ['prefix', field({ kind: 'enum', tag: prefix, argument: undefined, span })],
      ['fragments', field({ kind: 'array', items, span })],
    ]),
    // The fragments see what is outside, not the fields of this record.
    scope: new Set(),
  };
}
