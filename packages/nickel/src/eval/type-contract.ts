import { isNumeric } from '../data/number.js';
import { describeValue, isFunction } from './describe.js';
import type { Label } from './label.js';
import type { Machine, Outcome } from './machine.js';
import { checkRecordType, withContractOnFields, withTypesOnFields } from './record-contract.js';
import {
  ArrayValue,
  Builtin,
  EnumValue,
  RecordValue,
  Sealed,
  Thunk,
  type SealKey,
  type TypeShape,
  type Value,
} from './values.js';

const NONE: readonly string[] = [];

function failure(label: Label, message: string): Outcome {
  return { failure: { label, message, notes: NONE } };
}

function mustBe(what: string, label: Label, value: Value): Outcome {
  return failure(label, `it must be ${what}, but is ${describeValue(value)}`);
}

/** Checks a value against a type. */
export function checkType(machine: Machine, shape: TypeShape, label: Label, thunk: Thunk): Outcome {
  switch (shape.kind) {
    case 'Dyn':
      return { ok: thunk };
    case 'variable':
      return checkVariable(machine, shape.key, label, thunk);
    case 'forall':
      return machine.contracts.check(shape.instantiate(label.parts.polarity), label, thunk);
    default:
  }
  const value = machine.force(thunk);
  switch (shape.kind) {
    case 'Number':
      return isNumeric(value) ? { ok: thunk } : mustBe('a number', label, value);
    case 'String':
      return typeof value === 'string' ? { ok: thunk } : mustBe('a string', label, value);
    case 'Bool':
      return typeof value === 'boolean' ? { ok: thunk } : mustBe('a boolean', label, value);
    case 'array':
      if (!(value instanceof ArrayValue)) return mustBe('an array', label, value);
      return { ok: Thunk.of(withContractOnItems(machine, shape.element, label, value), thunk.span) };
    case 'dictionary':
      if (!(value instanceof RecordValue)) return mustBe('a record', label, value);
      return { ok: Thunk.of(checkDictionary(machine, shape, label, value), thunk.span) };
    case 'enum':
      return checkEnum(machine, shape, label, thunk, value);
    case 'record':
      if (!(value instanceof RecordValue)) return mustBe('a record', label, value);
      return checkRecordType(machine, shape, label, thunk, value);
    case 'arrow':
      if (!isFunction(value)) return mustBe('a function', label, value);
      return { ok: Thunk.of(wrapFunction(machine, shape, label, value), thunk.span) };
  }
}

function checkDictionary(
  machine: Machine,
  { element, annotation }: { element: Thunk; annotation: 'type' | 'contract' },
  label: Label,
  record: RecordValue,
): RecordValue {
  if (annotation === 'contract') return withContractOnFields(machine, element, label, record);
  return new RecordValue(
    withTypesOnFields(machine, () => element, label, record),
    record.open,
    record.hidden,
  );
}

function withContractOnItems(
  machine: Machine,
  element: Thunk,
  label: Label,
  { items }: ArrayValue,
): ArrayValue {
  machine.charge(items.length);
  return new ArrayValue(
    items.map((item, index) => machine.contracts.wrap(element, label.ofItem(index, item.span), item)),
  );
}

/** A function whose arguments and results are checked; wrong arguments are the caller's fault. */
function wrapFunction(
  machine: Machine,
  { domain, codomain }: { domain: Thunk; codomain: Thunk },
  label: Label,
  fn: Value,
): Builtin {
  return new Builtin('the function', 1, ([argument]) => {
    const given = argument!;
    const argumentLabel = label.flipped().with({ value: given.span ?? label.parts.value });
    const checked = machine.contracts.wrap(domain, argumentLabel, given);
    const result = new Thunk(() => machine.apply(fn, checked), label.parts.value);
    return machine.force(machine.contracts.apply(machine.force(codomain), label, result));
  });
}

function checkEnum(
  machine: Machine,
  { rows, open }: { rows: ReadonlyMap<string, Thunk | undefined>; open: boolean },
  label: Label,
  thunk: Thunk,
  value: Value,
): Outcome {
  const known = () => [...rows.keys()].map((tag) => `'${tag}`).join(', ');
  if (!(value instanceof EnumValue)) {
    const hint =
      typeof value === 'string' && rows.has(value) ? ` (write '${value} instead of the string)` : '';
    return failure(label, `it must be one of ${known()}, but is ${describeValue(value)}${hint}`);
  }
  if (!rows.has(value.tag)) {
    return open ? { ok: thunk } : failure(label, `it must be one of ${known()}, but is '${value.tag}`);
  }
  const argument = rows.get(value.tag);
  if (argument && value.argument) {
    const checked = machine.contracts.wrap(
      argument,
      label.ofField(value.tag, value.argument.span),
      value.argument,
    );
    return { ok: Thunk.of(new EnumValue(value.tag, checked), thunk.span) };
  }
  if (argument) return failure(label, `'${value.tag} must have an argument`);
  return value.argument ? failure(label, `'${value.tag} must not have an argument`) : { ok: thunk };
}

/** What goes in is sealed; what comes out must be what went in. */
function checkVariable(machine: Machine, key: SealKey, label: Label, thunk: Thunk): Outcome {
  if (label.parts.polarity !== key.polarity) {
    return { ok: Thunk.of(new Sealed(key, thunk, label), thunk.span) };
  }
  const value = machine.force(thunk);
  if (value instanceof Sealed && value.key === key) return { ok: value.thunk };
  return failure(label, `it must be a value of the type "${key.name}" that the function was given`);
}
