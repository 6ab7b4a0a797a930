import { isInteger, isNumeric, type Numeric } from '../data/number.js';
import { NickelError } from '../nickel-error.js';
import { describeValue, isFunction } from '../eval/describe.js';
import type { Machine } from '../eval/machine.js';
import { ArrayValue, Builtin, EnumValue, RecordValue, Thunk, type Value } from '../eval/values.js';

/** One call of a function of the standard library. */
export class Call {
  constructor(
    readonly machine: Machine,
    readonly name: string,
    readonly args: readonly Thunk[],
  ) {}

  thunk(index: number): Thunk {
    return this.args[index]!;
  }

  value(index: number): Value {
    return this.machine.force(this.thunk(index));
  }

  record(index: number): RecordValue {
    const value = this.value(index);
    if (value instanceof RecordValue) return value;
    throw this.mustBe(index, 'a record', value);
  }

  array(index: number): readonly Thunk[] {
    const value = this.value(index);
    if (value instanceof ArrayValue) return value.items;
    throw this.mustBe(index, 'an array', value);
  }

  string(index: number): string {
    const value = this.value(index);
    if (typeof value === 'string') return value;
    throw this.mustBe(index, 'a string', value);
  }

  number(index: number): Numeric {
    const value = this.value(index);
    if (isNumeric(value)) return value;
    throw this.mustBe(index, 'a number', value);
  }

  /** A whole number of at least 0. */
  natural(index: number): number {
    const value = this.number(index);
    if (typeof value === 'number' && isInteger(value) && value >= 0) return value;
    throw this.fault(index, 'must be a whole number of at least 0');
  }

  boolean(index: number): boolean {
    const value = this.value(index);
    if (typeof value === 'boolean') return value;
    throw this.mustBe(index, 'a boolean', value);
  }

  enum(index: number): EnumValue {
    const value = this.value(index);
    if (value instanceof EnumValue) return value;
    throw this.mustBe(index, 'an enum', value);
  }

  fn(index: number): Value {
    const value = this.value(index);
    if (isFunction(value)) return value;
    throw this.mustBe(index, 'a function', value);
  }

  /** Applies a function whose result must be a boolean. */
  test(fn: Value, ...args: Thunk[]): boolean {
    const value = this.machine.apply(fn, ...args);
    if (typeof value === 'boolean') return value;
    throw new NickelError(
      'contract',
      `${this.name}: the function must give a boolean, but gives ${describeValue(value)}.`,
    );
  }

  mustBe(index: number, what: string, value: Value): NickelError {
    return this.fault(index, `must be ${what}, but is ${describeValue(value)}`);
  }

  fault(index: number, complaint: string): NickelError {
    const which = this.args.length === 1 ? 'the argument' : `argument ${index + 1}`;
    return new NickelError('contract', `${this.name}: ${which} ${complaint}.`, {
      span: this.thunk(index).span,
    });
  }

  /** A value that is computed when it is needed. */
  delay(compute: () => Value): Thunk {
    return new Thunk(compute, undefined);
  }

  items(items: readonly Thunk[]): ArrayValue {
    this.machine.charge(items.length);
    return new ArrayValue(items);
  }
}

/** A function of the standard library: how many arguments it has, what it does, and how. */
export type Native = readonly [arity: number, doc: string, run: (call: Call) => Value];

/** The record of a part of the library: functions, and values such as contracts. */
export function library(
  machine: Machine,
  prefix: string,
  natives: Readonly<Record<string, Native>>,
  values: Readonly<Record<string, Value>> = {},
): RecordValue {
  const entries: [string, Thunk][] = [];
  for (const [name, [arity, , run]] of Object.entries(natives)) {
    entries.push([name, Thunk.of(builtin(machine, `${prefix}.${name}`, arity, run))]);
  }
  for (const [name, value] of Object.entries(values)) entries.push([name, Thunk.of(value)]);
  return RecordValue.from(entries);
}

/** A function of `std` that is written in TypeScript. It runs when all its arguments are there. */
export function builtin(machine: Machine, name: string, arity: number, run: (call: Call) => Value): Builtin {
  return new Builtin(name, arity, (args) => run(new Call(machine, name, args)));
}

export const tag = (name: string, argument?: Thunk): EnumValue => new EnumValue(name, argument);

/** A record of values that are known. */
export function recordOf(entries: Readonly<Record<string, Value | Thunk>>): RecordValue {
  return RecordValue.from(
    Object.entries(entries).map(([name, value]) => [name, value instanceof Thunk ? value : Thunk.of(value)]),
  );
}
