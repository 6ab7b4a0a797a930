import { Fraction, compare, isNumeric } from '../data/number.js';
import { evaluationError } from '../nickel-error.js';
import { describeValue, isFunction } from './describe.js';
import type { Machine } from './machine.js';
import { ArrayValue, EnumValue, RecordValue, Sealed, type Thunk, type Value } from './values.js';

/**
 * Whether two values are equal: of the same type, and all their parts equal.
 * @throws NickelError where both are functions or contracts, which cannot be compared
 */
export function equal(machine: Machine, left: Thunk, right: Thunk): boolean {
  const [one, other] = [machine.force(left), machine.force(right)];
  if (isScalar(one) && isScalar(other)) return one === other;
  // Pairs still to be compared: a list, since values nest deeper than calls can.
  const pending: [Thunk, Thunk][] = [[left, right]];
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    machine.step();
    if (pair[0] === pair[1] && pair[0].known !== undefined && isScalar(pair[0].known)) continue;
    const [one, other] = [machine.force(pair[0]), machine.force(pair[1])];
    if (!sameOutside(one, other, pending)) return false;
  }
  return true;
}

function isScalar(value: Value): boolean {
  return value === null || typeof value !== 'object';
}

/** Whether two values differ at most in their parts, which it adds to the pending pairs. */
function sameOutside(one: Value, other: Value, pending: [Thunk, Thunk][]): boolean {
  if (one instanceof Fraction || other instanceof Fraction) {
    return isNumeric(one) && isNumeric(other) && compare(one, other) === 0;
  }
  if (isScalar(one) || isScalar(other)) return one === other;
  if (one instanceof ArrayValue && other instanceof ArrayValue) {
    if (one.items.length !== other.items.length) return false;
    for (let at = one.items.length - 1; at >= 0; at -= 1) pending.push([one.items[at]!, other.items[at]!]);
    return true;
  }
  if (one instanceof RecordValue && other instanceof RecordValue) return sameFields(one, other, pending);
  if (one instanceof EnumValue && other instanceof EnumValue) {
    if (one.tag !== other.tag || (one.argument === undefined) !== (other.argument === undefined))
      return false;
    if (one.argument && other.argument) pending.push([one.argument, other.argument]);
    return true;
  }
  if (one instanceof Sealed && other instanceof Sealed) {
    pending.push([one.thunk, other.thunk]);
    return true;
  }
  if (isComparable(one) || isComparable(other)) return false;
  throw evaluationError(`"==" cannot compare ${describeValue(one)} with ${describeValue(other)}.`);
}

function isComparable(value: Value): boolean {
  const container = value instanceof ArrayValue || value instanceof RecordValue || value instanceof EnumValue;
  return container || (!isFunction(value) && isScalar(value));
}

function sameFields(one: RecordValue, other: RecordValue, pending: [Thunk, Thunk][]): boolean {
  const names = one.names();
  const others = other.names();
  if (names.length !== others.length) return false;
  if (!names.every((name, index) => name === others[index])) return false;
  for (const name of names.reverse()) {
    const [left, right] = [one.thunk(name), other.thunk(name)];
    if (!left && !right) continue;
    if (!left || !right) {
      throw evaluationError(`"==" compares records whose field "${name}" has no value.`);
    }
    pending.push([left, right]);
  }
  return true;
}
