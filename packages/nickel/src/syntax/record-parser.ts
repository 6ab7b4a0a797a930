import {
  emptyRecord,
  type Expression,
  type FieldDefinition,
  type Metadata,
  type RecordExpression,
  type RowTail,
} from './ast.js';
import { parseMetadata, parseType } from './annotation-parser.js';
import { describe, type Cursor } from './cursor.js';
import { recordAsType } from './record-type.js';
import { parseString } from './string-parser.js';

/** A record, a dictionary type `{_ : T}` or a record type that a tail gives away: `{a : T; r}`. */
export function parseRecord(cursor: Cursor): Expression {
  const { start } = cursor.next();
  if (cursor.at('_') && (cursor.at(':', 1) || cursor.at('|', 1))) {
    cursor.next();
    const annotation = cursor.at(':') ? 'type' : 'contract';
    cursor.next();
    const element = parseType(cursor);
    cursor.expect('}', 'to end the dictionary type');
    return { kind: 'dictionaryType', element, annotation, span: cursor.since(start) };
  }
  const record = emptyRecord(cursor.since(start));
  while (!cursor.at('}') && !cursor.at(';')) {
    if (cursor.take('..')) {
      record.open = true;
      break;
    }
    if (startsInclude(cursor)) parseInclude(cursor, record);
    else parseField(cursor, record);
    if (!cursor.take(',')) break;
  }
  const tail = parseTail(cursor);
  cursor.expect('}', 'to end the record');
  record.span = cursor.since(start);
  return tail ? recordAsType(cursor, record, tail) : record;
}

function parseTail(cursor: Cursor): RowTail | undefined {
  if (!cursor.take(';')) return undefined;
  if (cursor.take('Dyn')) return { kind: 'dynamic' };
  return { kind: 'variable', name: cursor.name('the other fields of a record type') };
}

function startsInclude(cursor: Cursor): boolean {
  return cursor.atWord('include') && (cursor.atFieldName(1) || cursor.at('[', 1));
}

function parseInclude(cursor: Cursor, record: RecordExpression): void {
  cursor.next();
  const add = (metadata?: () => Metadata) => {
    const name = cursor.fieldName();
    const twice =
      record.fields.has(name.text) || record.includes.some((other) => other.name.text === name.text);
    if (twice) throw cursor.error(`The field "${name.text}" is included and also defined.`, name.span);
    record.includes.push({ name, metadata: metadata?.() ?? { annotations: [] } });
  };
  if (!cursor.take('[')) return add(() => parseMetadata(cursor));
  while (!cursor.at(']')) {
    add();
    if (!cursor.take(',')) break;
  }
  cursor.expect(']', 'to end the list of included names');
}

function parseField(cursor: Cursor, record: RecordExpression): void {
  const { start } = cursor;
  const path = [parsePathElement(cursor)];
  while (cursor.take('.')) path.push(parsePathElement(cursor));
  const metadata = parseMetadata(cursor);
  const value = cursor.take('=') ? cursor.grammar.expression(cursor) : undefined;
  const span = cursor.since(start);
  let definition: FieldDefinition = { metadata, value, span, name: path.at(-1)!.span };
  // a.b.c = v is a = {b = {c = v}}.
  for (let level = path.length - 1; level > 0; level -= 1) {
    const inner: RecordExpression = {
      ...emptyRecord(cursor.since(path[level]!.span.start)),
      // The value sees the names around the whole path, not those along it.
      scope: new Set(),
    };
    define(inner, path[level]!, definition);
    definition = { metadata: { annotations: [] }, value: inner, span, name: path[level - 1]!.span };
  }
  const [first] = path;
  const included =
    first?.kind === 'constant' && record.includes.some(({ name }) => name.text === first.value);
  if (included) throw cursor.error(`The field "${String(first.value)}" is included and also defined.`, span);
  define(record, path[0]!, definition);
}

/** A string that is known, or one with an interpolation. */
function parsePathElement(cursor: Cursor): Expression {
  if (cursor.atFieldName()) {
    const { text, span } = cursor.fieldName();
    return { kind: 'constant', value: text, span };
  }
  const token = cursor.peek();
  if (token.kind === 'open' && token.opening.kind !== 'tag') return parseString(cursor);
  throw cursor.error(`The name of a field is expected, but ${describe(token)} comes here.`);
}

function define(record: RecordExpression, name: Expression, definition: FieldDefinition): void {
  if (name.kind !== 'constant') {
    record.dynamic.push({ name, definition });
    return;
  }
  const key = String(name.value);
  const earlier = record.fields.get(key);
  if (!earlier) {
    record.fields.set(key, [definition]);
    return;
  }
  earlier.push(definition);
}
