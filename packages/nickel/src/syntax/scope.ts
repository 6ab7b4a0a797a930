import { NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';
import {
  boundNames,
  type Annotation,
  type Expression,
  type Metadata,
  type Pattern,
  type RecordExpression,
} from './ast.js';

/** The names that can be used at a place, innermost first. */
interface Scope {
  readonly names: ReadonlySet<string>;
  readonly parent: Scope | undefined;
}

const GLOBALS: Scope = { names: new Set(['std']), parent: undefined };

/**
 * Finds uses of names that are not defined, also where evaluation would never come.
 * @throws NickelError `syntax`
 */
export function checkScopes(expression: Expression): void {
  walk(expression, GLOBALS);
}

function require(name: string, span: Span, scope: Scope): void {
  for (let here: Scope | undefined = scope; here; here = here.parent) if (here.names.has(name)) return;
  throw new NickelError('syntax', `The name "${name}" is not defined.`, { span });
}

function inner(names: Iterable<string>, parent: Scope): Scope {
  return { names: new Set(names), parent };
}

/** The names that the fields of a record see: those of its fields that are written out, and what it includes. */
export function scopeOf(record: RecordExpression): ReadonlySet<string> {
  record.scope ??= new Set([...record.fields.keys(), ...record.includes.map(({ name }) => name.text)]);
  return record.scope;
}

function walk(root: Expression, outer: Scope): void {
  let expression = root;
  let scope = outer;
  // What stands last is walked in a loop: chains of let and else are long.
  for (;;) {
    if (expression.kind === 'let') {
      const names = expression.bindings.flatMap(({ pattern }) => boundNames(pattern));
      const bound = inner(names, scope);
      for (const { pattern, annotations, value } of expression.bindings) {
        const own = expression.recursive ? bound : scope;
        walkPattern(pattern, own);
        walkAnnotations(annotations, own);
        walk(value, own);
      }
      scope = bound;
      expression = expression.body;
    } else if (expression.kind === 'function') {
      for (const pattern of expression.parameters) {
        walkPattern(pattern, scope);
        scope = inner(boundNames(pattern), scope);
      }
      expression = expression.body;
    } else if (expression.kind === 'if') {
      walk(expression.condition, scope);
      walk(expression.consequence, scope);
      expression = expression.alternative;
    } else {
      return walkOther(expression, scope);
    }
  }
}

function walkOther(expression: Expression, scope: Scope): void {
  switch (expression.kind) {
    case 'variable':
      return require(expression.name, expression.span, scope);
    case 'record':
      return walkRecord(expression, scope);
    case 'match':
      for (const { pattern, guard, body } of expression.branches) {
        walkPattern(pattern, scope);
        const bound = inner(boundNames(pattern), scope);
        if (guard) walk(guard, bound);
        walk(body, bound);
      }
      return;
    case 'annotated':
      walkAnnotations(expression.annotations, scope);
      return walk(expression.expression, scope);
    case 'recordType':
      for (const { type } of expression.fields.values()) walk(type, scope);
      if (expression.tail.kind === 'variable')
        require(expression.tail.name.text, expression.tail.name.span, scope);
      return;
    case 'forallType':
      return walk(
        expression.body,
        inner(
          expression.variables.map(({ text }) => text),
          scope,
        ),
      );
    default:
      for (const part of partsOf(expression)) walk(part, scope);
  }
}

/** The expressions directly inside one that binds no names. */
function partsOf(expression: Expression): Expression[] {
  const defined = (parts: (Expression | undefined)[]) => parts.filter((part) => part !== undefined);
  switch (expression.kind) {
    case 'chunks':
      return expression.chunks.flatMap((chunk) => (typeof chunk === 'string' ? [] : [chunk.expression]));
    case 'enum':
      return defined([expression.argument]);
    case 'array':
      return expression.items;
    case 'application':
      return [expression.head, ...expression.arguments];
    case 'binary':
      return [expression.left, expression.right];
    case 'not':
      return [expression.operand];
    case 'access':
      return [expression.record];
    case 'dynamicAccess':
      return [expression.record, expression.field];
    case 'primitive':
      return expression.arguments;
    case 'arrayType':
    case 'dictionaryType':
      return [expression.element];
    case 'enumType':
      return defined(expression.rows.map(({ argument }) => argument));
    case 'arrowType':
      return [expression.domain, expression.codomain];
    default:
      return [];
  }
}

function walkRecord(record: RecordExpression, outer: Scope): void {
  const scope: Scope = { names: scopeOf(record), parent: outer };
  for (const { name, metadata } of record.includes) {
    require(name.text, name.span, outer);
    walkMetadata(metadata, scope);
  }
  const definitions = [...record.fields.values()].flat();
  for (const { name, definition } of record.dynamic) {
    walk(name, scope);
    definitions.push(definition);
  }
  for (const { metadata, value } of definitions) {
    walkMetadata(metadata, scope);
    if (value) walk(value, scope);
  }
}

function walkMetadata(metadata: Metadata, scope: Scope): void {
  walkAnnotations(metadata.annotations, scope);
}

function walkAnnotations(annotations: readonly Annotation[], scope: Scope): void {
  for (const { type } of annotations) walk(type, scope);
}

function walkPattern(pattern: Pattern, scope: Scope): void {
  switch (pattern.kind) {
    case 'enum':
      if (pattern.argument) walkPattern(pattern.argument, scope);
      return;
    case 'record':
      for (const { annotations, fallback, pattern: part } of pattern.fields) {
        walkAnnotations(annotations, scope);
        if (fallback) walk(fallback, scope);
        walkPattern(part, scope);
      }
      return;
    case 'array':
      for (const item of pattern.items) walkPattern(item, scope);
      return;
    case 'or':
      for (const part of pattern.patterns) walkPattern(part, scope);
      return;
    default:
  }
}
