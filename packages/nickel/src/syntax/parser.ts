import { extname } from 'node:path';
import { between, type Source } from '../source.js';
import {
  boundNames,
  type Annotation,
  type Expression,
  type ImportFormat,
  type LetBinding,
  type Pattern,
} from './ast.js';
import { parseAnnotations, parseForall } from './annotation-parser.js';
import { parseAtom, startsAtom } from './atom-parser.js';
import { Cursor, describe } from './cursor.js';
import { tokenize } from './lexer.js';
import { ARROW_STRENGTH, isBinaryOperator, NEGATION_STRENGTH, NOT_STRENGTH, STRENGTH } from './operators.js';
import { parseMatch, parsePattern, startsPattern } from './pattern-parser.js';
import { PRIMITIVES } from './primitives.js';
import { asType } from './record-type.js';
import { checkScopes } from './scope.js';
import { parseStaticString } from './string-parser.js';

/**
 * Parses a Nickel text, which is one expression.
 * @throws NickelError `syntax` with a place: also for names that are not defined
 */
export function parse(source: Source): Expression {
  const cursor = new Cursor(source, tokenize(source), { expression: parseExpression, infix: parseInfix });
  const expression = parseExpression(cursor);
  const token = cursor.peek();
  if (token.kind !== 'end') {
    throw cursor.error(`The expression ends before ${describe(token)}. A file must be one expression.`);
  }
  checkScopes(expression);
  return expression;
}

function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => {
    const { start } = cursor;
    if (cursor.at('let')) return parseLets(cursor);
    if (cursor.at('fun')) return parseFunction(cursor);
    if (cursor.at('if')) return parseIf(cursor);
    if (cursor.at('import')) return parseImport(cursor);
    if (cursor.at('forall')) return parseForall(cursor);
    const expression = parseInfix(cursor, 0);
    if (!cursor.at('|') && !cursor.at(':')) return expression;
    const annotations = parseAnnotations(cursor);
    return { kind: 'annotated', expression, annotations, span: cursor.since(start) };
  });
}

interface PendingLet {
  start: number;
  recursive: boolean;
  bindings: LetBinding[];
}

/** A chain of lets is read in a loop: files have hundreds of them in a row. */
function parseLets(cursor: Cursor): Expression {
  const pending: PendingLet[] = [];
  while (cursor.at('let')) pending.push(parseLet(cursor));
  const body = parseExpression(cursor);
  return pending.reduceRight<Expression>(
    (inner, { start, recursive, bindings }) => ({
      kind: 'let',
      recursive,
      bindings,
      body: inner,
      span: cursor.since(start),
    }),
    body,
  );
}

function parseLet(cursor: Cursor): PendingLet {
  const { start } = cursor.next();
  const recursive = cursor.take('rec');
  const bindings: LetBinding[] = [];
  const names = new Set<string>();
  do {
    if (bindings.length > 0 && cursor.at('in')) break;
    const pattern = parsePattern(cursor);
    for (const name of boundNames(pattern)) {
      if (names.has(name)) throw cursor.error(`"let" defines the name "${name}" twice.`, pattern.span);
      names.add(name);
    }
    const annotations: Annotation[] =
      cursor.at('|') || cursor.at(':') ? parseAnnotations(cursor, { allowDoc: true }) : [];
    cursor.expect('=', 'after the name that "let" defines');
    bindings.push({ pattern, annotations, value: parseExpression(cursor) });
  } while (cursor.take(','));
  cursor.expect('in', 'after the definitions of "let"');
  return { start, recursive, bindings };
}

function parseFunction(cursor: Cursor): Expression {
  const { start } = cursor.next();
  const parameters: Pattern[] = [];
  while (startsPattern(cursor)) parameters.push(parsePattern(cursor, 'parameter'));
  if (parameters.length === 0) throw cursor.error('A function must have at least one parameter.');
  cursor.expect('=>', 'after the parameters of a function');
  const body = parseExpression(cursor);
  return { kind: 'function', parameters, body, span: cursor.since(start) };
}

function parseIf(cursor: Cursor): Expression {
  const { start } = cursor.next();
  const condition = parseExpression(cursor);
  cursor.expect('then', 'after the condition of "if"');
  const consequence = parseExpression(cursor);
  cursor.expect('else', 'after the first branch of "if"');
  const alternative = parseExpression(cursor);
  return { kind: 'if', condition, consequence, alternative, span: cursor.since(start) };
}

const FORMATS: ReadonlySet<string> = new Set<ImportFormat>(['Nickel', 'Json', 'Yaml', 'Toml', 'Text']);

function parseImport(cursor: Cursor): Expression {
  const { start } = cursor.next();
  if (cursor.peek().kind === 'name') {
    return { kind: 'package', name: cursor.name('the package').text, span: cursor.since(start) };
  }
  const path = parseStaticString(cursor, 'the path of an import');
  if (!cursor.atWord('as'))
    return { kind: 'import', path, format: formatOf(path), span: cursor.since(start) };
  cursor.next();
  const token = cursor.next();
  if (token.kind !== 'tag' || !FORMATS.has(token.text)) {
    const known = [...FORMATS].map((format) => `'${format}`).join(', ');
    throw cursor.error(`The format of an import must be one of ${known}.`, token);
  }
  // Safe cast: checked to be the name of a format.
  return { kind: 'import', path, format: token.text as ImportFormat, span: cursor.since(start) };
}

const FORMAT_OF: ReadonlyMap<string, ImportFormat> = new Map([
  ['.json', 'Json'],
  ['.yaml', 'Yaml'],
  ['.yml', 'Yaml'],
  ['.toml', 'Toml'],
  ['.txt', 'Text'],
]);

/** The format by the extension. A name such as `.json` has none, and is Nickel. */
function formatOf(path: string): ImportFormat {
  return FORMAT_OF.get(extname(path)) ?? 'Nickel';
}

function parseInfix(cursor: Cursor, least: number): Expression {
  let left = parsePrefix(cursor);
  for (;;) {
    const token = cursor.peek();
    if (token.kind !== 'symbol') return left;
    if (token.text === '->') {
      if (least > ARROW_STRENGTH) return left;
      cursor.next();
      const codomain = asType(
        cursor,
        cursor.nested(() => parseInfix(cursor, ARROW_STRENGTH)),
      );
      left = {
        kind: 'arrowType',
        domain: asType(cursor, left),
        codomain,
        span: between(left.span, codomain.span),
      };
      continue;
    }
    if (!isBinaryOperator(token.text) || STRENGTH[token.text] < least) return left;
    cursor.next();
    const right = parseInfix(cursor, STRENGTH[token.text] + 1);
    left = { kind: 'binary', operator: token.text, left, right, span: between(left.span, right.span) };
  }
}

function parsePrefix(cursor: Cursor): Expression {
  const { start } = cursor;
  if (cursor.take('-')) {
    const right = cursor.nested(() => parseInfix(cursor, NEGATION_STRENGTH));
    const left: Expression = { kind: 'constant', value: 0, span: right.span };
    return { kind: 'binary', operator: '-', left, right, span: cursor.since(start) };
  }
  if (cursor.take('!')) {
    const operand = cursor.nested(() => parseInfix(cursor, NOT_STRENGTH));
    return { kind: 'not', operand, span: cursor.since(start) };
  }
  return parseApplication(cursor);
}

function parseApplication(cursor: Cursor): Expression {
  const { start } = cursor;
  const head = parseHead(cursor);
  if (!startsAtom(cursor)) return head;
  const args: Expression[] = [];
  while (startsAtom(cursor)) args.push(parseAtom(cursor));
  if (head.kind === 'enum' && !head.argument && args.length === 1) {
    return { kind: 'enum', tag: head.tag, argument: args[0], span: cursor.since(start) };
  }
  return { kind: 'application', head, arguments: args, span: cursor.since(start) };
}

function parseHead(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (cursor.at('match')) return parseMatch(cursor);
  if (cursor.take('Array')) {
    if (!startsAtom(cursor)) throw cursor.error('"Array" must be followed by the type of its elements.');
    const element = asType(cursor, parseAtom(cursor));
    return { kind: 'arrayType', element, span: cursor.since(token.start) };
  }
  if (token.kind === 'primitive') {
    cursor.next();
    const args: Expression[] = [];
    // The tag by which the type of the enum becomes larger: types alone depend on it.
    if (token.text === 'enum/embed') cursor.name('the tag');
    for (let count = PRIMITIVES.get(token.text) ?? 1; count > 0; count -= 1) args.push(parseAtom(cursor));
    return { kind: 'primitive', name: token.text, arguments: args, span: cursor.since(token.start) };
  }
  return parseAtom(cursor);
}
