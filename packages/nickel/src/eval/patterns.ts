import { compare, isNumeric } from '../data/number.js';
import { NickelError } from '../nickel-error.js';
import type { FieldPattern, Pattern } from '../syntax/ast.js';
import { annotate } from './annotate.js';
import { bind } from './env.js';
import type { Machine } from './machine.js';
import {
  ArrayValue,
  EnumValue,
  FixedBody,
  RecordValue,
  Thunk,
  type Env,
  type Field,
  type Value,
} from './values.js';

/** The environment with what the pattern binds, or undefined where the value does not match. */
export function matchPattern(machine: Machine, pattern: Pattern, thunk: Thunk, env: Env): Env | undefined {
  const outer = pattern.alias === undefined ? env : bind(env, pattern.alias, thunk);
  switch (pattern.kind) {
    case 'any':
      return bind(outer, pattern.name, thunk);
    case 'wildcard':
      return outer;
    case 'constant':
      return isConstant(machine.force(thunk), pattern.value) ? outer : undefined;
    case 'enum': {
      const value = machine.force(thunk);
      if (!(value instanceof EnumValue) || value.tag !== pattern.tag) return undefined;
      if (!pattern.argument || !value.argument) return pattern.argument || value.argument ? undefined : outer;
      return matchPattern(machine, pattern.argument, value.argument, outer);
    }
    case 'record': {
      const value = machine.force(thunk);
      return value instanceof RecordValue ? matchRecord(machine, pattern, value, outer) : undefined;
    }
    case 'array': {
      const value = machine.force(thunk);
      return value instanceof ArrayValue ? matchArray(machine, pattern, value, outer) : undefined;
    }
    case 'or':
      for (const alternative of pattern.patterns) {
        const matched = matchPattern(machine, alternative, thunk, outer);
        if (matched) return matched;
      }
      return undefined;
  }
}

function isConstant(value: Value, constant: Value): boolean {
  if (isNumeric(value) && isNumeric(constant)) return compare(value, constant) === 0;
  return value === constant;
}

function matchRecord(
  machine: Machine,
  { fields, rest }: Pattern & { kind: 'record' },
  record: RecordValue,
  outer: Env,
): Env | undefined {
  let env: Env | undefined = outer;
  for (const field of fields) {
    const thunk = fieldOf(machine, field, record, outer);
    env = thunk && matchPattern(machine, field.pattern, thunk, env);
    if (!env) return undefined;
  }
  const known = new Set(fields.map(({ name }) => name));
  const others = [...record.fields.keys()].filter((name) => !known.has(name) && record.has(name));
  if (rest.kind === 'none') return others.length === 0 ? env : undefined;
  if (rest.kind === 'ignored') return env;
  const left = new Map<string, Field>();
  for (const name of others) {
    const thunk = record.thunk(name);
    left.set(name, {
      ...record.fields.get(name)!,
      ...(thunk && { body: new FixedBody(thunk), contracts: [] }),
    });
  }
  return bind(env, rest.name, Thunk.of(new RecordValue(left)));
}

function fieldOf(machine: Machine, field: FieldPattern, record: RecordValue, env: Env): Thunk | undefined {
  const thunk = record.thunk(field.name) ?? fallbackOf(machine, field, record, env);
  return thunk && annotate(machine, field.annotations, thunk, env);
}

/** The default of a pattern must fit the contracts of a field that has no value. */
function fallbackOf(
  machine: Machine,
  { name, fallback }: FieldPattern,
  record: RecordValue,
  env: Env,
): Thunk | undefined {
  if (!fallback) return undefined;
  const contracts = record.fields.get(name)?.contracts ?? [];
  return contracts.reduce((thunk, contract) => contract.apply(record, thunk), machine.delay(fallback, env));
}

function matchArray(
  machine: Machine,
  { items, rest }: Pattern & { kind: 'array' },
  array: ArrayValue,
  outer: Env,
): Env | undefined {
  if (array.items.length < items.length) return undefined;
  if (rest.kind === 'none' && array.items.length > items.length) return undefined;
  let env: Env | undefined = outer;
  for (const [index, item] of items.entries()) {
    env = matchPattern(machine, item, array.items[index]!, env);
    if (!env) return undefined;
  }
  if (rest.kind !== 'bound') return env;
  return bind(env, rest.name, Thunk.of(new ArrayValue(array.items.slice(items.length))));
}

/** The environment of the body of a function or `let`. @throws NickelError where the value does not match */
export function destructure(machine: Machine, pattern: Pattern, thunk: Thunk, env: Env): Env {
  if (pattern.kind === 'any' && pattern.alias === undefined) return bind(env, pattern.name, thunk);
  const matched = matchPattern(machine, pattern, thunk, env);
  if (matched) return matched;
  throw new NickelError('evaluation', 'The value does not match the pattern.', {
    span: thunk.span ?? pattern.span,
    blame: { contract: pattern.span, value: thunk.span },
  });
}
