import { NickelError } from '../nickel-error.js';
import { mergeRecords } from '../eval/merge.js';
import { FixedBody, plainField, RecordValue, Thunk, type Field } from '../eval/values.js';
import { recordOf, type Call, type Native } from './native.js';

type Options = { withOptional: boolean };

function has(record: RecordValue, name: string, { withOptional }: Options): boolean {
  return withOptional ? record.fields.has(name) : record.has(name);
}

/** Fields whose values are fixed: what was computed of a field that is changed stays as it is. */
function insert(call: Call, options: Options): RecordValue {
  const [name, value, record] = [call.string(0), call.thunk(1), call.record(2)];
  if (has(record, name, options)) throw call.fault(2, `must not have the field "${name}" already`);
  return new RecordValue(record.frozen().set(name, plainField(value)), record.open, record.hidden);
}

function remove(call: Call, name: string, record: RecordValue, options: Options): RecordValue {
  if (!has(record, name, options)) throw call.fault(1, `must have the field "${name}"`);
  const fields = record.frozen();
  fields.delete(name);
  return new RecordValue(fields, record.open, record.hidden);
}

function update(call: Call): RecordValue {
  const [name, value, record] = [call.string(0), call.thunk(1), call.record(2)];
  return new RecordValue(record.frozen().set(name, plainField(value)), record.open, record.hidden);
}

function fieldOf(call: Call, name: string, index: number): Thunk {
  const record = call.record(index);
  const thunk = record.thunk(name);
  if (thunk) return thunk;
  throw call.fault(index, `must have the field "${name}"${record.fields.has(name) ? ' with a value' : ''}`);
}

/** @param compute the new value of a field of that name with that value */
function mapFields(
  call: Call,
  record: RecordValue,
  compute: (name: string, value: Thunk) => Thunk,
): RecordValue {
  if (record.hidden) {
    throw new NickelError('contract', `${call.name}: a polymorphic contract hides fields of the record.`);
  }
  const fields = new Map<string, Field>();
  for (const [name, field] of record.fields) {
    const thunk = record.thunk(name);
    if (thunk) fields.set(name, { ...field, body: new FixedBody(compute(name, thunk)), contracts: [] });
    else if (field.optional) fields.set(name, field);
    else throw call.fault(call.args.length - 1, `has no value for the field "${name}"`);
  }
  return new RecordValue(fields, record.open);
}

function defined(call: Call, index: number): [string, Thunk][] {
  const record = call.record(index);
  return record.names().map((name) => {
    const thunk = record.thunk(name);
    if (thunk) return [name, thunk];
    throw call.fault(index, `has no value for the field "${name}"`);
  });
}

function fromArray(call: Call): RecordValue {
  const fields = new Map<string, Field>();
  for (const item of call.array(0)) {
    const entry = call.machine.force(item);
    const field = entry instanceof RecordValue ? entry.thunk('field') : undefined;
    const value = entry instanceof RecordValue ? entry.thunk('value') : undefined;
    const name = field && call.machine.force(field);
    if (typeof name !== 'string' || !value) {
      throw call.fault(0, 'must be an array of records with "field" (a string) and "value"');
    }
    if (fields.has(name)) throw call.fault(0, `must not have the field "${name}" twice`);
    fields.set(name, plainField(value, field?.span));
  }
  return new RecordValue(fields);
}

function filter(call: Call): RecordValue {
  const [fn, record] = [call.fn(0), call.record(1)];
  const fields = record.frozen();
  for (const [name, thunk] of defined(call, 1)) {
    if (!call.test(fn, Thunk.of(name), thunk)) fields.delete(name);
  }
  return new RecordValue(fields, record.open);
}

function mergeAll(call: Call): RecordValue {
  let result = new RecordValue(new Map());
  for (const item of call.array(0)) {
    const record = call.machine.force(item);
    if (!(record instanceof RecordValue)) throw call.fault(0, 'must be an array of records');
    result = mergeRecords(call.machine, result, record, item.span);
  }
  return result;
}

function names(call: Call, options: Options): ReturnType<Call['items']> {
  return call.items(
    call
      .record(0)
      .names(options)
      .map((name) => Thunk.of(name)),
  );
}

const DEFINED: Options = { withOptional: false };
const ALL: Options = { withOptional: true };

function isDefined(call: Call): boolean {
  return call.record(1).fields.get(call.string(0))?.body !== undefined;
}

export const RECORD: Readonly<Record<string, Native>> = {
  apply_on: [
    4,
    'What a function gives for one field of two records.',
    (c) => {
      const [name, fn] = [c.string(0), c.fn(1)];
      return c.machine.apply(fn, fieldOf(c, name, 2), fieldOf(c, name, 3));
    },
  ],
  field_is_defined: [2, 'Whether a record has a field with a value.', isDefined],
  field_is_defined_with_opts: [2, 'Whether a record has a field with a value.', isDefined],
  fields: [1, 'The names of the fields, sorted.', (c) => names(c, DEFINED)],
  fields_with_opts: [
    1,
    'The names of the fields, also of optional ones without a value.',
    (c) => names(c, ALL),
  ],
  filter: [2, 'The fields for whose name and value a predicate holds.', filter],
  freeze: [
    1,
    'The record with its values fixed.',
    (c) => new RecordValue(c.record(0).frozen(), c.record(0).open),
  ],
  from_array: [1, 'The record of an array of {field, value}.', fromArray],
  get: [2, 'The value of a field.', (c) => c.machine.force(fieldOf(c, c.string(0), 1))],
  get_or: [
    3,
    'The value of a field, or a default.',
    (c) => c.machine.force(c.record(2).thunk(c.string(0)) ?? c.thunk(1)),
  ],
  has_field: [2, 'Whether a record has a field.', (c) => has(c.record(1), c.string(0), DEFINED)],
  has_field_with_opts: [
    2,
    'Whether a record has a field, perhaps without a value.',
    (c) => has(c.record(1), c.string(0), ALL),
  ],
  insert: [3, 'A record with a field more.', (c) => insert(c, DEFINED)],
  insert_with_opts: [
    3,
    'A record with a field more, which must not be optional in it.',
    (c) => insert(c, ALL),
  ],
  is_empty: [1, 'Whether a record has no fields.', (c) => c.record(0).names().length === 0],
  length: [1, 'The number of fields.', (c) => c.record(0).names().length],
  map: [
    2,
    'What a function gives for the name and value of each field.',
    (c) =>
      mapFields(c, c.record(1), (name, value) =>
        c.delay(() => c.machine.apply(c.fn(0), Thunk.of(name), value)),
      ),
  ],
  map_values: [
    2,
    'What a function gives for the value of each field.',
    (c) =>
      mapFields(c, c.record(1), (_, value) => new Thunk(() => c.machine.apply(c.fn(0), value), value.span)),
  ],
  merge_all: [1, 'All records of an array, merged.', mergeAll],
  remove: [2, 'A record without a field.', (c) => remove(c, c.string(0), c.record(1), DEFINED)],
  remove_with_opts: [
    2,
    'A record without a field, which may be optional.',
    (c) => remove(c, c.string(0), c.record(1), ALL),
  ],
  to_array: [
    1,
    'The array of {field, value} of a record, sorted by name.',
    (c) => c.items(defined(c, 0).map(([field, value]) => Thunk.of(recordOf({ field, value })))),
  ],
  update: [3, 'A record with another value of a field, or with a field more.', update],
  values: [
    1,
    'The values of the fields, in the order of their names.',
    (c) => c.items(defined(c, 0).map(([, value]) => value)),
  ],
};
