/** Nickel's numbers are exact: whole numbers in the safe range are JavaScript numbers, all others fractions. */
export type Numeric = number | Fraction;

/** A fraction in lowest terms, its denominator positive. */
export class Fraction {
  constructor(
    readonly numerator: bigint,
    readonly denominator: bigint,
  ) {}
}

/** Digits beyond which exact arithmetic is refused: a number of this size is a fault or an attack. */
const MAX_EXPONENT = 10_000;

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The number numerator/denominator, reduced. The denominator must not be 0. */
export function ratio(numerator: bigint, denominator: bigint): Numeric {
  const divisor = gcd(numerator, denominator < 0n ? -denominator : denominator);
  const sign = denominator < 0n ? -1n : 1n;
  const [top, bottom] = [(sign * numerator) / divisor, (sign * denominator) / divisor];
  if (bottom === 1n && top <= BigInt(Number.MAX_SAFE_INTEGER) && top >= BigInt(Number.MIN_SAFE_INTEGER)) {
    return Number(top);
  }
  return new Fraction(top, bottom);
}

const top = (value: Numeric): bigint => (typeof value === 'number' ? BigInt(value) : value.numerator);
const bottom = (value: Numeric): bigint => (typeof value === 'number' ? 1n : value.denominator);

/** The exact sum. */
export function add(a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return ratio(top(a) * bottom(b) + top(b) * bottom(a), bottom(a) * bottom(b));
}

/** The number with the other sign; zero stays zero. */
export function negate(a: Numeric): Numeric {
  if (typeof a === 'number') return a === 0 ? 0 : -a;
  return new Fraction(-a.numerator, a.denominator);
}

/** The exact difference. */
export function subtract(a: Numeric, b: Numeric): Numeric {
  return add(a, negate(b));
}

/** The exact product. */
export function multiply(a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  return ratio(top(a) * top(b), bottom(a) * bottom(b));
}

/** The quotient; the divisor must not be 0. */
export function divide(a: Numeric, b: Numeric): Numeric {
  return ratio(top(a) * bottom(b), bottom(a) * top(b));
}

/** The signed remainder of the division whose quotient is cut to a whole number. */
export function remainder(a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') return a % b === 0 ? 0 : a % b;
  return subtract(a, multiply(b, truncate(divide(a, b))));
}

/** Negative, 0 or positive, as `a` is less than, equal to or greater than `b`. */
export function compare(a: Numeric, b: Numeric): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const difference = top(a) * bottom(b) - top(b) * bottom(a);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Whether a value is a number of Nickel. */
export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || value instanceof Fraction;
}

/** Whether a number has no fraction. */
export function isInteger(value: Numeric): boolean {
  return typeof value === 'number' || value.denominator === 1n;
}

/** The whole part, towards 0. */
export function truncate(value: Numeric): Numeric {
  return typeof value === 'number' ? value : ratio(value.numerator / value.denominator, 1n);
}

/** The greatest integer that is not greater than the number. */
export function floor(value: Numeric): Numeric {
  const whole = truncate(value);
  return compare(whole, value) > 0 ? subtract(whole, 1) : whole;
}

/** The nearest double. */
export function toDouble(value: Numeric): number {
  if (typeof value === 'number') return value;
  const [n, d] = [value.numerator, value.denominator];
  const simple = Number(n) / Number(d);
  if (d === 1n) return Number(n);
  if (Number.isSafeInteger(Number(n)) && Number.isSafeInteger(Number(d))) return simple;
  // 70 bits more than the quotient needs, so that the only rounding that counts is the last one.
  const shift = BigInt(Math.max(0, d.toString(2).length - n.toString(2).length + 70));
  // In two steps: a power of two of more than 1,023 is no double.
  const half = Math.floor(Number(shift) / 2);
  return Number((n << shift) / d) / 2 ** half / 2 ** (Number(shift) - half);
}

/** The exact number that a double's shortest decimal notation names; the double must be finite. */
export function fromDouble(value: number): Numeric {
  return Number.isSafeInteger(value) ? (value === 0 ? 0 : value) : parseDecimal(String(value))!;
}

const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;

/** The number that decimal digits name, or undefined where they name none or one that is too large. */
export function parseDecimal(text: string): Numeric | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', part = '', exponent = '0'] = match;
  if (whole === '' && part === '') return undefined;
  const power = Number(exponent) - part.length;
  if (Math.abs(power) > MAX_EXPONENT || whole.length + part.length > MAX_EXPONENT) return undefined;
  const digits = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n);
  return power >= 0 ? ratio(digits * 10n ** BigInt(power), 1n) : ratio(digits, 10n ** BigInt(-power));
}

/** As Nickel prints it: whole numbers in full, others as decimals. */
export function formatNumber(value: Numeric): string {
  if (typeof value === 'number') return String(value);
  if (value.denominator === 1n) return value.numerator.toString();
  return exactDecimal(value) ?? String(toDouble(value));
}

/** All digits of a fraction that ends within 20 decimals, or undefined. */
function exactDecimal({ numerator, denominator }: Fraction): string | undefined {
  for (let digits = 1; digits <= 20; digits += 1) {
    const scaled = numerator * 10n ** BigInt(digits);
    if (scaled % denominator !== 0n) continue;
    const sign = numerator < 0n ? '-' : '';
    const text = (scaled / denominator)
      .toString()
      .replace('-', '')
      .padStart(digits + 1, '0');
    return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
  }
  return undefined;
}

/** How many digits of memory the number takes; arithmetic beyond a limit is refused by the evaluator. */
export function sizeOf(value: Numeric): number {
  return typeof value === 'number' ? 1 : bits(value.numerator) + bits(value.denominator);
}

function bits(value: bigint): number {
  return value.toString(16).length * 4;
}

/** The number as JavaScript has it: a bigint where a double would lose digits of a whole number. */
export function toPlainNumber(value: Numeric): number | bigint {
  if (typeof value === 'number') return value;
  return value.denominator === 1n ? value.numerator : toDouble(value);
}
