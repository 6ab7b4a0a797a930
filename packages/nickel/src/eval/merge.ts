import { compare, isNumeric, type Numeric } from '../data/number.js';
import { NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';
import { describeValue } from './describe.js';
import { equal } from './equality.js';
import type { Machine } from './machine.js';
import { ArrayValue, EnumValue, RecordValue, Thunk, type Body, type Field, type Value } from './values.js';

/** The value of two bodies of one field with the same priority. */
class MergedBody implements Body {
  constructor(
    private readonly machine: Machine,
    private readonly left: Body,
    private readonly right: Body,
    private readonly span: Span | undefined,
  ) {}

  instantiate(record: RecordValue): Thunk {
    const left = this.left.instantiate(record);
    const right = this.right.instantiate(record);
    return new Thunk(() => merge(this.machine, left, right, this.span), left.span ?? right.span);
  }
}

/**
 * Merges two values: records field by field, all others must be equal.
 * @param span the merge, for errors
 */
export function merge(machine: Machine, leftThunk: Thunk, rightThunk: Thunk, span: Span | undefined): Value {
  machine.step();
  const left = machine.force(leftThunk);
  const right = machine.force(rightThunk);
  if (left instanceof RecordValue && right instanceof RecordValue) {
    return mergeRecords(machine, left, right, span);
  }
  if (left instanceof EnumValue && right instanceof EnumValue && left.tag === right.tag) {
    const [one, other] = [left.argument, right.argument];
    if (one && other)
      return new EnumValue(left.tag, new Thunk(() => merge(machine, one, other, span), one.span));
    if (!one && !other) return left;
  }
  if (isPlain(left) && isPlain(right) && equal(machine, leftThunk, rightThunk)) return left;
  if (left === right) return left;
  throw conflict(left, right, ...differing(machine, leftThunk, rightThunk), span);
}

function isPlain(value: Value): boolean {
  const scalar =
    value === null || typeof value === 'boolean' || typeof value === 'string' || isNumeric(value);
  return scalar || value instanceof ArrayValue;
}

/** The elements that make two arrays of one length differ, at any depth, or the arrays themselves. */
function differing(machine: Machine, one: Thunk, other: Thunk): [Thunk, Thunk] {
  const [left, right] = [one.known, other.known];
  if (!(left instanceof ArrayValue) || !(right instanceof ArrayValue)) return [one, other];
  if (left.items.length !== right.items.length) return [one, other];
  const index = left.items.findIndex((item, at) => !equal(machine, item, right.items[at]!));
  return differing(machine, left.items[index]!, right.items[index]!);
}

function conflict(left: Value, right: Value, one: Thunk, other: Thunk, span: Span | undefined): NickelError {
  const kinds = [describeValue(left), describeValue(right)];
  const same = kinds[0] === kinds[1];
  const what =
    same && isPlain(left) ? `two different values (${show(left)} and ${show(right)})` : kinds.join(' and ');
  return new NickelError(
    'evaluation',
    `Merging needs equal values or records, but meets ${what} of equal priority.`,
    {
      span: other.span ?? one.span ?? span,
      notes: ['Give one of them a priority: "| default", "| priority 1" or "| force".'],
      blame: { contract: one.span, value: other.span },
    },
  );
}

function show(value: Value): string {
  if (isNumeric(value)) return typeof value === 'number' ? String(value) : 'a number';
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : value instanceof ArrayValue
      ? 'an array'
      : String(value);
}

/** All fields of both; those of one name are merged. */
export function mergeRecords(
  machine: Machine,
  left: RecordValue,
  right: RecordValue,
  span: Span | undefined,
): RecordValue {
  if (left.hidden ?? right.hidden) {
    throw new NickelError(
      'contract',
      'A record whose other fields a polymorphic contract hides cannot be merged.',
      {
        span,
      },
    );
  }
  machine.charge(left.fields.size + right.fields.size);
  const fields = new Map(left.fields);
  for (const [name, field] of right.fields) {
    const earlier = fields.get(name);
    fields.set(name, earlier ? mergeFields(machine, earlier, field, span) : field);
  }
  return new RecordValue(fields, left.open || right.open);
}

/** The definition with the greater priority gives the value; the contracts of both apply to it. */
export function mergeFields(machine: Machine, left: Field, right: Field, span: Span | undefined): Field {
  const known = new Set(left.contracts.map(({ identity }) => identity));
  const [body, priority] = mergeBodies(machine, left, right, span);
  return {
    body,
    priority,
    contracts: [...left.contracts, ...right.contracts.filter(({ identity }) => !known.has(identity))],
    optional: left.optional && right.optional,
    notExported: left.notExported || right.notExported,
    doc: left.doc ?? right.doc,
    name: left.body || !right.body ? left.name : right.name,
  };
}

function mergeBodies(
  machine: Machine,
  left: Field,
  right: Field,
  span: Span | undefined,
): [Body | undefined, Numeric] {
  if (!left.body || !right.body) {
    const given = left.body ? left : right.body ? right : undefined;
    if (given) return [given.body, given.priority];
    return [
      undefined,
      comparePriorities(left.priority, right.priority) >= 0 ? left.priority : right.priority,
    ];
  }
  const order = comparePriorities(left.priority, right.priority);
  if (order > 0) return [left.body, left.priority];
  if (order < 0) return [right.body, right.priority];
  if (left.body === right.body) return [left.body, left.priority];
  return [new MergedBody(machine, left.body, right.body, span ?? right.name), left.priority];
}

function comparePriorities(a: Numeric, b: Numeric): number {
  if (a === b) return 0;
  if (a === Infinity || b === -Infinity) return 1;
  if (a === -Infinity || b === Infinity) return -1;
  return compare(a, b);
}
