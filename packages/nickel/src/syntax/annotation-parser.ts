import { negate, type Numeric } from '../data/number.js';
import type { Annotation, Expression, Metadata, Name } from './ast.js';
import type { Cursor } from './cursor.js';
import { asType } from './record-type.js';
import { parseStaticString } from './string-parser.js';

/** `forall a b. T` */
export function parseForall(cursor: Cursor): Expression {
  const { start } = cursor.next();
  const variables: Name[] = [];
  while (cursor.peek().kind === 'name') variables.push(cursor.name('a type variable'));
  if (variables.length === 0) cursor.name('a type variable');
  cursor.expect('.', 'after the variables of "forall"');
  const body = parseType(cursor);
  return { kind: 'forallType', variables, body, span: cursor.since(start) };
}

/** A type or contract: an expression without annotations of its own. */
export function parseType(cursor: Cursor): Expression {
  return cursor.nested(() =>
    cursor.at('forall') ? parseForall(cursor) : asType(cursor, cursor.grammar.infix(cursor, 0)),
  );
}

function parseAnnotation(cursor: Cursor): Annotation {
  const kind = cursor.at(':') ? 'type' : 'contract';
  cursor.next();
  return { kind, type: parseType(cursor) };
}

/** One or more `: T` and `| T`; with `allowDoc` also `| doc "…"`. */
export function parseAnnotations(cursor: Cursor, { allowDoc = false } = {}): Annotation[] {
  const annotations: Annotation[] = [];
  while (cursor.at(':') || cursor.at('|')) {
    if (allowDoc && cursor.at('|') && cursor.at('doc', 1)) {
      cursor.next();
      cursor.next();
      parseStaticString(cursor, 'documentation');
      continue;
    }
    annotations.push(parseAnnotation(cursor));
  }
  return annotations;
}

/** All that may stand between the name of a field and its value. */
export function parseMetadata(cursor: Cursor): Metadata {
  const metadata: Metadata = { annotations: [] };
  while (cursor.at(':') || cursor.at('|')) {
    const word = cursor.peek(1);
    const keyword = cursor.at('|') && word.kind === 'symbol' ? word.text : '';
    if (!readKeyword(cursor, keyword, metadata)) metadata.annotations.push(parseAnnotation(cursor));
  }
  return metadata;
}

function readKeyword(cursor: Cursor, keyword: string, metadata: Metadata): boolean {
  const words = ['default', 'force', 'optional', 'not_exported', 'priority', 'doc'];
  if (!words.includes(keyword)) return false;
  cursor.next();
  cursor.next();
  if (keyword === 'default') metadata.priority = -Infinity;
  else if (keyword === 'force') metadata.priority = Infinity;
  else if (keyword === 'optional') metadata.optional = true;
  else if (keyword === 'not_exported') metadata.notExported = true;
  else if (keyword === 'priority') metadata.priority = readPriority(cursor);
  else metadata.doc = parseStaticString(cursor, 'documentation');
  return true;
}

function readPriority(cursor: Cursor): Numeric {
  const negative = cursor.take('-');
  const token = cursor.next();
  if (token.kind !== 'number') throw cursor.error('A number is expected after "priority".', token);
  return negative ? negate(token.value) : token.value;
}
