import {
  compare,
  divide,
  floor,
  Fraction,
  fromDouble,
  isInteger,
  multiply,
  negate,
  subtract,
  toDouble,
  truncate,
  type Numeric,
} from '../data/number.js';
import { bounded } from '../eval/operators.js';
import { type Call, type Native, tag } from './native.js';

const MAX_POWER = 100_000;

function finite(call: Call, value: number): Numeric {
  if (Number.isFinite(value)) return fromDouble(value);
  throw call.fault(0, 'is outside the numbers for which the result is defined');
}

function unary(doc: string, compute: (x: number) => number): Native {
  return [1, doc, (call) => finite(call, compute(toDouble(call.number(0))))];
}

function power(call: Call): Numeric {
  const [base, exponent] = [call.number(0), call.number(1)];
  if (typeof exponent !== 'number') return finite(call, toDouble(base) ** toDouble(exponent));
  if (Math.abs(exponent) > MAX_POWER) throw call.fault(1, `must be between -${MAX_POWER} and ${MAX_POWER}`);
  let result: Numeric = 1;
  for (let left = Math.abs(exponent), square = base; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = bounded(multiply(result, square));
    if (left > 1) square = bounded(multiply(square, square));
  }
  if (exponent >= 0) return result;
  if (result === 0) throw call.fault(0, 'must not be 0 with a negative exponent');
  return divide(1, result);
}

function squareRoot(call: Call): Numeric {
  const value = call.number(0);
  const exact = (part: bigint): number | undefined => {
    const root = Math.round(Math.sqrt(Number(part)));
    return BigInt(root) * BigInt(root) === part ? root : undefined;
  };
  if (value instanceof Fraction && value.numerator >= 0n) {
    const [top, bottom] = [exact(value.numerator), exact(value.denominator)];
    if (top !== undefined && bottom !== undefined) return divide(top, bottom);
  }
  return finite(call, Math.sqrt(toDouble(value)));
}

function logarithm(call: Call): Numeric {
  const [value, base] = [toDouble(call.number(0)), toDouble(call.number(1))];
  if (base === 2) return finite(call, Math.log2(value));
  if (base === 10) return finite(call, Math.log10(value));
  return finite(call, Math.log(value) / Math.log(base));
}

export const NUMBER: Readonly<Record<string, Native>> = {
  abs: [
    1,
    'The number without its sign.',
    (c) => (compare(c.number(0), 0) < 0 ? negate(c.number(0)) : c.number(0)),
  ],
  arccos: unary('The arc cosine.', Math.acos),
  arcsin: unary('The arc sine.', Math.asin),
  arctan: unary('The arc tangent.', Math.atan),
  arctan2: [
    2,
    'The angle of a point, y first.',
    (c) => finite(c, Math.atan2(toDouble(c.number(0)), toDouble(c.number(1)))),
  ],
  ceil: [1, 'The least whole number that is not less.', (c) => negate(floor(negate(c.number(0))))],
  compare: [
    2,
    "'Lesser, 'Equal or 'Greater.",
    (c) => {
      const order = compare(c.number(0), c.number(1));
      return tag(order < 0 ? 'Lesser' : order > 0 ? 'Greater' : 'Equal');
    },
  ],
  cos: unary('The cosine.', Math.cos),
  exp: unary('e to the power of a number.', Math.exp),
  floor: [1, 'The greatest whole number that is not greater.', (c) => floor(c.number(0))],
  fract: [1, 'What follows the decimal point.', (c) => subtract(c.number(0), truncate(c.number(0)))],
  is_integer: [1, 'Whether a number is whole.', (c) => isInteger(c.number(0))],
  log: [2, 'The logarithm of a number to a base.', logarithm],
  max: [
    2,
    'The greater of two numbers.',
    (c) => (compare(c.number(0), c.number(1)) >= 0 ? c.number(0) : c.number(1)),
  ],
  min: [
    2,
    'The lesser of two numbers.',
    (c) => (compare(c.number(0), c.number(1)) <= 0 ? c.number(0) : c.number(1)),
  ],
  pow: [2, 'A number to the power of another.', power],
  sin: unary('The sine.', Math.sin),
  sqrt: [1, 'The square root.', squareRoot],
  tan: unary('The tangent.', Math.tan),
  truncate: [1, 'The number without what follows its decimal point.', (c) => truncate(c.number(0))],
};
