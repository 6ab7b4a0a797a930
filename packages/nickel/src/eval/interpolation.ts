import { formatNumber, isNumeric } from '../data/number.js';
import { evaluationError } from '../nickel-error.js';
import type { Expression } from '../syntax/ast.js';
import type { Chunk } from '../syntax/indentation.js';
import { describeValue } from './describe.js';
import type { Machine } from './machine.js';
import { EnumValue, type Env, type Value } from './values.js';

/** The text of a value that can be put into a string, or undefined for other values. */
export function textOf(value: Value): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isNumeric(value)) return formatNumber(value);
  return value instanceof EnumValue && !value.argument ? value.tag : undefined;
}

/** A string with interpolated values. */
export function evaluateChunks(machine: Machine, chunks: readonly Chunk<Expression>[], env: Env): string {
  let result = '';
  for (const chunk of chunks) {
    const text =
      typeof chunk === 'string' ? chunk : interpolate(machine, chunk.expression, chunk.indent, env);
    machine.charge(text.length);
    result += text;
  }
  return result;
}

function interpolate(machine: Machine, expression: Expression, indent: number, env: Env): string {
  const value = machine.evaluate(expression, env);
  const text = textOf(value);
  if (text === undefined) {
    throw evaluationError(
      `%{…} must be a string, a number, a boolean, an enum tag or null, but is ${describeValue(value)}.`,
      expression.span,
    );
  }
  return indent === 0 ? text : text.replaceAll('\n', `\n${' '.repeat(indent)}`);
}
