import { describeValue } from './describe.js';
import type { Label } from './label.js';
import type { Machine, Outcome } from './machine.js';
import { mergeRecords } from './merge.js';
import { FixedBody, RecordValue, Thunk, type Field, type FieldContract, type SealKey } from './values.js';

/** A contract whose value is known already, put on a field of a record that is checked. */
class AppliedContract implements FieldContract {
  readonly identity: unknown;

  constructor(
    private readonly machine: Machine,
    private readonly contract: Thunk,
    private readonly label: Label,
    private readonly name: string,
  ) {
    this.identity = contract;
  }

  apply(_record: RecordValue, thunk: Thunk): Thunk {
    return this.machine.contracts.wrap(this.contract, this.label.ofField(this.name, thunk.span), thunk);
  }

  withPolarity(polarity: boolean): FieldContract {
    return new AppliedContract(this.machine, this.contract, this.label.with({ polarity }), this.name);
  }
}

function withContract(machine: Machine, field: Field, contract: Thunk, label: Label, name: string): Field {
  return { ...field, contracts: [...field.contracts, new AppliedContract(machine, contract, label, name)] };
}

/** The same record, each of its fields checked when it is used, also after merging. */
export function withContractOnFields(
  machine: Machine,
  contract: Thunk,
  label: Label,
  record: RecordValue,
): RecordValue {
  machine.charge(record.fields.size);
  const fields = new Map<string, Field>();
  for (const [name, field] of record.fields) {
    fields.set(name, withContract(machine, field, contract, label, name));
  }
  return new RecordValue(fields, record.open, record.hidden);
}

/** The same record with its values fixed and checked: a type says nothing of what is merged later. */
export function withTypesOnFields(
  machine: Machine,
  typeOf: (name: string) => Thunk | undefined,
  label: Label,
  record: RecordValue,
): Map<string, Field> {
  machine.charge(record.fields.size);
  const fields = record.frozen();
  for (const [name, field] of fields) {
    const type = typeOf(name);
    const thunk = type && record.thunk(name);
    if (!type || !thunk) continue;
    const checked = machine.contracts.wrap(type, label.ofField(name, thunk.span), thunk);
    fields.set(name, { ...field, body: new FixedBody(checked) });
  }
  return fields;
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function extraFields(
  label: Label,
  names: readonly string[],
  value: RecordValue,
  known: Iterable<string>,
): Outcome {
  const [first] = names;
  const span = first === undefined ? undefined : value.fields.get(first)?.name;
  const allowed = [...known];
  const notes =
    allowed.length === 0 ? ['No fields are allowed.'] : [`Allowed fields: ${allowed.join(', ')}.`];
  const message = `the ${names.length === 1 ? 'field' : 'fields'} ${list(names)} must not be there`;
  return { failure: { label: label.with({ value: span ?? label.parts.value }), message, notes } };
}

/** A record as a contract: its fields, their contracts and their defaults are merged into the value. */
export function checkRecordContract(
  machine: Machine,
  contract: RecordValue,
  label: Label,
  thunk: Thunk,
): Outcome {
  const value = machine.force(thunk);
  if (!(value instanceof RecordValue)) {
    return { failure: { label, message: `it must be a record, but is ${describeValue(value)}`, notes: [] } };
  }
  if (!contract.open) {
    const extra = [...value.fields.keys()].filter((name) => !contract.fields.has(name) && value.has(name));
    if (extra.length > 0) return extraFields(label, extra, value, contract.fields.keys());
  }
  const merged = mergeRecords(machine, asSeenFrom(contract, label), value, label.parts.contract);
  return { ok: Thunk.of(new RecordValue(merged.fields, value.open), thunk.span) };
}

/** A contract on the argument of a function blames the caller, and so do the contracts inside it. */
function asSeenFrom(contract: RecordValue, label: Label): RecordValue {
  if (label.parts.polarity) return contract;
  const fields = new Map<string, Field>();
  for (const [name, field] of contract.fields) {
    fields.set(name, { ...field, contracts: field.contracts.map((one) => one.withPolarity(false)) });
  }
  return new RecordValue(fields, contract.open);
}

interface RecordShape {
  fields: ReadonlyMap<string, Thunk>;
  tail: 'closed' | 'open' | SealKey;
}

/** A record as a type: all its fields must be there. */
export function checkRecordType(
  machine: Machine,
  { fields: types, tail }: RecordShape,
  label: Label,
  thunk: Thunk,
  value: RecordValue,
): Outcome {
  const unseals = typeof tail === 'object' && label.parts.polarity === tail.polarity;
  const missing = [...types.keys()].filter((name) => !value.fields.has(name));
  if (missing.length > 0) {
    const message = `the ${missing.length === 1 ? 'field' : 'fields'} ${list(missing)} must be there`;
    return { failure: { label, message, notes: [] } };
  }
  const others = [...value.fields].filter(([name]) => !types.has(name));
  if (others.length > 0 && (tail === 'closed' || unseals)) {
    return extraFields(
      label,
      others.map(([name]) => name),
      value,
      types.keys(),
    );
  }
  const fields = withTypesOnFields(machine, (name) => types.get(name), label, value);
  if (typeof tail !== 'object')
    return { ok: Thunk.of(new RecordValue(fields, value.open, value.hidden), thunk.span) };
  return unseals ? unseal(tail, fields, label, thunk, value) : seal(tail, types, fields, label, thunk);
}

/** Hides the fields that the type does not name from the function that gets the record. */
function seal(
  key: SealKey,
  types: ReadonlyMap<string, Thunk>,
  fields: Map<string, Field>,
  label: Label,
  thunk: Thunk,
): Outcome {
  const hidden = new Map([...fields].filter(([name]) => !types.has(name)));
  const conflicts = [...hidden.keys()].filter((name) => key.excluded.has(name));
  if (conflicts.length > 0) {
    const message = `the other fields of the record must not be called ${list(conflicts)}`;
    return { failure: { label, message, notes: [] } };
  }
  for (const name of hidden.keys()) fields.delete(name);
  return { ok: Thunk.of(new RecordValue(fields, false, { key, fields: hidden }), thunk.span) };
}

function unseal(
  key: SealKey,
  fields: Map<string, Field>,
  label: Label,
  thunk: Thunk,
  value: RecordValue,
): Outcome {
  if (value.hidden?.key !== key) {
    const message = `the other fields must be those of "${key.name}" that the function was given`;
    return { failure: { label, message, notes: [] } };
  }
  for (const [name, field] of value.hidden.fields) if (!fields.has(name)) fields.set(name, field);
  return { ok: Thunk.of(new RecordValue(fields), thunk.span) };
}
