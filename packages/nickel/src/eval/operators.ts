import * as numbers from '../data/number.js';
import type { Numeric } from '../data/number.js';
import { evaluationError, NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';
import type { BinaryOperator, Expression } from '../syntax/ast.js';
import { describeValue } from './describe.js';
import { equal } from './equality.js';
import { fieldThunk } from './field.js';
import type { Machine } from './machine.js';
import { merge } from './merge.js';
import { ArrayValue, Builtin, Thunk, type Env, type Value } from './values.js';

type Binary = Expression & { kind: 'binary' };

/** Bits of numerator and denominator beyond which arithmetic stops. */
const MAX_NUMBER_BITS = 1_000_000;

/** The value of an operation with two operands; `|>` is an application and does not come here. */
export function binaryOperation(machine: Machine, { operator, left, right, span }: Binary, env: Env): Value {
  switch (operator) {
    case '&&':
    case '||': {
      const first = boolean(machine.evaluate(left, env), operator, left.span);
      if (first === (operator === '||')) return first;
      return boolean(machine.evaluate(right, env), operator, right.span);
    }
    case '&':
      return merge(machine, machine.delay(left, env), machine.delay(right, env), span);
    case '==':
    case '!=':
      return located(span, () => {
        const same = equal(machine, machine.delay(left, env), machine.delay(right, env));
        return same === (operator === '==');
      });
    default:
      return strict(machine, operator, machine.evaluate(left, env), machine.evaluate(right, env), {
        left: left.span,
        right: right.span,
        whole: span,
      });
  }
}

function located<T>(span: Span | undefined, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof NickelError) error.span ??= span;
    throw error;
  }
}

interface Spans {
  left?: Span | undefined;
  right?: Span | undefined;
  whole?: Span | undefined;
}

type Strict = Exclude<BinaryOperator, '&&' | '||' | '&' | '==' | '!='>;

function strict(machine: Machine, operator: Strict, left: Value, right: Value, spans: Spans): Value {
  switch (operator) {
    case '++': {
      const text = string(left, spans.left);
      const other = string(right, spans.right);
      machine.charge(text.length + other.length);
      return text + other;
    }
    case '@': {
      const items = [...array(left, spans.left), ...array(right, spans.right)];
      machine.charge(items.length);
      return new ArrayValue(items);
    }
    case '|>':
      return machine.apply(right, Thunk.of(left, spans.left));
    default:
      return arithmetic(
        operator,
        number(left, operator, spans.left),
        number(right, operator, spans.right),
        spans,
      );
  }
}

type Arithmetic = Exclude<Strict, '++' | '@' | '|>'>;

function arithmetic(operator: Arithmetic, left: Numeric, right: Numeric, spans: Spans): Value {
  if ((operator === '/' || operator === '%') && right === 0) {
    throw evaluationError('A number cannot be divided by zero.', spans.right ?? spans.whole);
  }
  switch (operator) {
    case '+':
      return bounded(numbers.add(left, right), spans.whole);
    case '-':
      return bounded(numbers.subtract(left, right), spans.whole);
    case '*':
      return bounded(numbers.multiply(left, right), spans.whole);
    case '/':
      return bounded(numbers.divide(left, right), spans.whole);
    case '%':
      return bounded(numbers.remainder(left, right), spans.whole);
    case '<':
      return numbers.compare(left, right) < 0;
    case '<=':
      return numbers.compare(left, right) <= 0;
    case '>':
      return numbers.compare(left, right) > 0;
    case '>=':
      return numbers.compare(left, right) >= 0;
  }
}

/** A number that does not take too much memory. */
export function bounded(value: Numeric, span?: Span): Numeric {
  if (typeof value === 'number' || numbers.sizeOf(value) <= MAX_NUMBER_BITS) return value;
  throw new NickelError('limit', 'The number has too many digits.', { span });
}

function number(value: Value, operator: string, span: Span | undefined): Numeric {
  if (numbers.isNumeric(value)) return value;
  const hint = operator === '+' && typeof value === 'string' ? ['Strings are joined with "++".'] : [];
  throw evaluationError(`"${operator}" needs numbers, but gets ${describeValue(value)}.`, span, hint);
}

function boolean(value: Value, operator: string, span: Span | undefined): boolean {
  if (typeof value === 'boolean') return value;
  throw evaluationError(`"${operator}" needs booleans, but gets ${describeValue(value)}.`, span);
}

function string(value: Value, span: Span | undefined): string {
  if (typeof value === 'string') return value;
  const hint = value instanceof ArrayValue ? ['Arrays are joined with "@".'] : [];
  throw evaluationError(`"++" needs strings, but gets ${describeValue(value)}.`, span, hint);
}

function array(value: Value, span: Span | undefined): readonly Thunk[] {
  if (value instanceof ArrayValue) return value.items;
  throw evaluationError(`"@" needs arrays, but gets ${describeValue(value)}.`, span);
}

/** An operator in parentheses, as a function. */
export function operatorFunction(
  machine: Machine,
  operator: BinaryOperator | '!' | '.',
  span: Span,
): Builtin {
  if (operator === '!') {
    return new Builtin(
      '(!)',
      1,
      ([operand]) => !boolean(machine.force(operand!), '!', operand!.span ?? span),
    );
  }
  return new Builtin(`(${operator})`, 2, ([left, right]) =>
    applyOperator(machine, operator, left!, right!, span),
  );
}

function applyOperator(
  machine: Machine,
  operator: BinaryOperator | '.',
  left: Thunk,
  right: Thunk,
  span: Span,
): Value {
  switch (operator) {
    case '.':
      return machine.force(fieldThunk(machine.force(left), string(machine.force(right), right.span), span));
    case '&&':
    case '||': {
      const first = boolean(machine.force(left), operator, left.span ?? span);
      if (first === (operator === '||')) return first;
      return boolean(machine.force(right), operator, right.span ?? span);
    }
    case '&':
      return merge(machine, left, right, span);
    case '==':
    case '!=':
      return equal(machine, left, right) === (operator === '==');
    case '|>':
      return machine.apply(machine.force(right), left);
    default:
      return strict(machine, operator, machine.force(left), machine.force(right), {
        left: left.span,
        right: right.span,
        whole: span,
      });
  }
}
