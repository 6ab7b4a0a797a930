import type { Expression } from './ast.js';
import { describe, type Cursor } from './cursor.js';
import { takeLiteral } from './literal.js';
import { isBinaryOperator } from './operators.js';
import { parseRecord } from './record-parser.js';
import { asType } from './record-type.js';
import { parseString } from './string-parser.js';

const ATOM_SYMBOLS: ReadonlySet<string> = new Set([
  '(',
  '{',
  '[',
  '[|',
  'null',
  'true',
  'false',
  'Number',
  'Dyn',
  'String',
  'Bool',
  '_',
]);
const ATOM_KINDS: ReadonlySet<string> = new Set(['name', 'number', 'tag', 'open']);

/** Whether the next token begins an expression that can be an argument. */
export function startsAtom(cursor: Cursor): boolean {
  return ATOM_KINDS.has(cursor.peek().kind) || cursor.atAny(ATOM_SYMBOLS);
}

/** What can be an argument: a value, a name, something in brackets; with the fields that are read of it. */
export function parseAtom(cursor: Cursor): Expression {
  const { start } = cursor;
  let atom = parseSimpleAtom(cursor);
  while (cursor.take('.')) {
    if (cursor.atFieldName()) {
      const field = cursor.fieldName();
      atom = { kind: 'access', record: atom, field, span: cursor.since(start) };
      continue;
    }
    const token = cursor.peek();
    if (token.kind !== 'open') {
      throw cursor.error(`The name of a field is expected after ".", but ${describe(token)} comes here.`);
    }
    const field = parseString(cursor);
    const span = cursor.since(start);
    atom =
      field.kind === 'constant'
        ? { kind: 'access', record: atom, field: { text: String(field.value), span: field.span }, span }
        : { kind: 'dynamicAccess', record: atom, field, span };
  }
  return atom;
}

function parseSimpleAtom(cursor: Cursor): Expression {
  const literal = takeLiteral(cursor);
  if (literal) return literal;
  const token = cursor.peek();
  switch (token.kind) {
    case 'name':
      cursor.next();
      return { kind: 'variable', name: token.text, span: cursor.spanOf(token) };
    case 'open':
      return parseString(cursor);
    case 'symbol':
      return parseSymbolAtom(cursor, token.text);
    default:
      throw unexpected(cursor);
  }
}

function parseSymbolAtom(cursor: Cursor, symbol: string): Expression {
  const span = cursor.spanOf(cursor.peek());
  switch (symbol) {
    case 'Number':
    case 'Dyn':
    case 'String':
    case 'Bool':
      cursor.next();
      return { kind: 'basicType', type: symbol, span };
    case '_':
      // A wildcard type: nothing is checked.
      cursor.next();
      return { kind: 'basicType', type: 'Dyn', span };
    case '(':
      return parseParenthesized(cursor);
    case '[':
      return parseArray(cursor);
    case '[|':
      return parseEnumType(cursor);
    case '{':
      return cursor.nested(() => parseRecord(cursor));
    default:
      throw unexpected(cursor);
  }
}

function unexpected(cursor: Cursor) {
  const token = cursor.peek();
  const needsParentheses = ['let', 'fun', 'if', 'import', 'forall'].some((word) => cursor.at(word));
  return cursor.error(
    needsParentheses
      ? `An expression that begins with ${describe(token)} must be in parentheses here.`
      : `A value is expected, but ${describe(token)} comes here.`,
  );
}

function parseParenthesized(cursor: Cursor): Expression {
  const { start } = cursor.next();
  const token = cursor.peek();
  if (token.kind === 'symbol' && cursor.at(')', 1)) {
    const { text } = token;
    if (isBinaryOperator(text) || text === '!' || text === '.') {
      cursor.next();
      cursor.next();
      return { kind: 'operator', operator: text, span: cursor.since(start) };
    }
  }
  const inner = cursor.grammar.expression(cursor);
  cursor.expect(')', 'to close the parenthesis');
  // An enum tag in parentheses is an argument or a value of its own: ('A) x is no variant.
  return inner;
}

function parseArray(cursor: Cursor): Expression {
  const { start } = cursor.next();
  const items: Expression[] = [];
  while (!cursor.at(']')) {
    items.push(cursor.grammar.expression(cursor));
    if (!cursor.take(',')) break;
  }
  cursor.expect(']', 'to end the array');
  return { kind: 'array', items, span: cursor.since(start) };
}

function parseEnumType(cursor: Cursor): Expression {
  const { start } = cursor.next();
  const rows: { tag: string; argument: Expression | undefined }[] = [];
  while (!cursor.at('|]') && !cursor.at(';')) {
    const tag = parseSimpleAtom(cursor);
    if (tag.kind !== 'enum') throw cursor.error("An enum type is a list of tags such as 'Name.", tag.span);
    rows.push({ tag: tag.tag, argument: startsAtom(cursor) ? asType(cursor, parseAtom(cursor)) : undefined });
    if (!cursor.take(',')) break;
  }
  const open = cursor.take(';');
  if (open) cursor.name('the other tags of an enum type');
  cursor.expect('|]', 'to end the enum type');
  return { kind: 'enumType', rows, open, span: cursor.since(start) };
}
