import {
  boundNames,
  type Expression,
  type FieldPattern,
  type MatchBranch,
  type Pattern,
  type PatternRest,
} from './ast.js';
import { parseAnnotations } from './annotation-parser.js';
import { describe, type Cursor } from './cursor.js';
import { takeLiteral } from './literal.js';
import { parseQuotedTag, parseStaticString } from './string-parser.js';

const PATTERN_SYMBOLS: ReadonlySet<string> = new Set(['{', '[', '(', 'true', 'false', 'null', '_']);
const PATTERN_KINDS: ReadonlySet<string> = new Set(['name', 'number', 'tag', 'open']);

/** Whether a token begins a pattern. */
export function startsPattern(cursor: Cursor, ahead = 0): boolean {
  return PATTERN_KINDS.has(cursor.peek(ahead).kind) || cursor.atAny(PATTERN_SYMBOLS, ahead);
}

/**
 * A pattern. As a `parameter` of a function or an argument of a tag, alternatives and tags with an argument must be
 * in parentheses.
 */
export function parsePattern(cursor: Cursor, place: 'anywhere' | 'parameter' = 'anywhere'): Pattern {
  return cursor.nested(() => {
    const alias = parseAlias(cursor);
    const pattern = place === 'parameter' ? parseSimple(cursor) : parseAlternatives(cursor);
    if (alias !== undefined) pattern.alias = alias;
    checkNames(cursor, pattern);
    return pattern;
  });
}

function parseAlias(cursor: Cursor): string | undefined {
  if (cursor.peek().kind !== 'name' || !cursor.at('@', 1)) return undefined;
  const { text } = cursor.name('a pattern');
  cursor.next();
  return text;
}

function checkNames(cursor: Cursor, pattern: Pattern): void {
  const names = boundNames(pattern);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw cursor.error(`The pattern binds "${twice}" twice.`, pattern.span);
}

function parseAlternatives(cursor: Cursor): Pattern {
  const { start } = cursor;
  const patterns = [parseVariant(cursor)];
  while (cursor.atWord('or')) {
    cursor.next();
    patterns.push(parseVariant(cursor));
  }
  if (patterns.length === 1) return patterns[0]!;
  const [first = [], ...others] = patterns.map((pattern) => boundNames(pattern).sort().join(' '));
  const different = others.findIndex((names) => names !== first);
  if (different !== -1) {
    throw cursor.error(
      'All alternatives of a pattern must bind the same names.',
      patterns[different + 1]!.span,
    );
  }
  return { kind: 'or', patterns, span: cursor.since(start) };
}

function parseVariant(cursor: Cursor): Pattern {
  const { start } = cursor;
  const pattern = parseSimple(cursor);
  if (pattern.kind !== 'enum' || pattern.argument || !startsPattern(cursor)) return pattern;
  // After a tag, "or" begins an alternative if a pattern follows; otherwise it is the name of the argument.
  if (cursor.atWord('or') && startsPattern(cursor, 1)) return pattern;
  const argument = parsePattern(cursor, 'parameter');
  return { kind: 'enum', tag: pattern.tag, argument, span: cursor.since(start) };
}

function parseSimple(cursor: Cursor): Pattern {
  const literal = takeLiteral(cursor);
  if (literal) return literal;
  const token = cursor.peek();
  const { start } = token;
  switch (token.kind) {
    case 'name':
      cursor.next();
      return { kind: 'any', name: token.text, span: cursor.spanOf(token) };
    case 'open':
      if (token.opening.kind === 'tag') return parseQuotedTag(cursor);
      return {
        kind: 'constant',
        value: parseStaticString(cursor, 'a pattern'),
        span: cursor.since(start),
      };
    default:
      return parseBracketed(cursor);
  }
}

function parseBracketed(cursor: Cursor): Pattern {
  const { start } = cursor;
  if (cursor.take('_')) return { kind: 'wildcard', span: cursor.since(start) };
  if (cursor.take('(')) {
    const inner = parsePattern(cursor);
    cursor.expect(')', 'to close the pattern');
    return inner;
  }
  if (cursor.take('{')) {
    const fields: FieldPattern[] = [];
    const rest = parseList(cursor, '}', () => fields.push(parseFieldPattern(cursor)));
    return { kind: 'record', fields, rest, span: cursor.since(start) };
  }
  if (cursor.take('[')) {
    const items: Pattern[] = [];
    const rest = parseList(cursor, ']', () => items.push(parsePattern(cursor)));
    return { kind: 'array', items, rest, span: cursor.since(start) };
  }
  throw cursor.error(`A pattern is expected, but ${describe(cursor.peek())} comes here.`);
}

function parseList(cursor: Cursor, closing: string, item: () => void): PatternRest {
  let rest: PatternRest = { kind: 'none' };
  while (!cursor.at(closing)) {
    if (cursor.take('..')) {
      rest =
        cursor.peek().kind === 'name'
          ? { kind: 'bound', name: cursor.name('the rest').text }
          : { kind: 'ignored' };
      break;
    }
    item();
    if (!cursor.take(',')) break;
  }
  cursor.expect(closing, 'to end the pattern');
  return rest;
}

function parseFieldPattern(cursor: Cursor): FieldPattern {
  const { text: name, span: nameSpan } = cursor.name('a field of the pattern');
  const annotations = parseAnnotations(cursor);
  const fallback: Expression | undefined = cursor.take('?') ? cursor.grammar.expression(cursor) : undefined;
  const pattern: Pattern = cursor.take('=') ? parsePattern(cursor) : { kind: 'any', name, span: nameSpan };
  return { name, annotations, fallback, pattern, span: cursor.since(nameSpan.start) };
}

/** `match { pattern if guard => body, … }` */
export function parseMatch(cursor: Cursor): Expression {
  const { start } = cursor.next();
  cursor.expect('{', 'after "match"');
  const branches: MatchBranch[] = [];
  while (!cursor.at('}')) {
    const pattern = parsePattern(cursor);
    const guard = cursor.take('if') ? cursor.grammar.expression(cursor) : undefined;
    cursor.expect('=>', 'after the pattern of a branch');
    branches.push({ pattern, guard, body: cursor.grammar.expression(cursor) });
    if (!cursor.take(',')) break;
  }
  cursor.expect('}', 'to end "match"');
  return { kind: 'match', branches, span: cursor.since(start) };
}
