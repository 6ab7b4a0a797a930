import { createHash } from 'node:crypto';
import { fromDouble, isNumeric } from '../data/number.js';
import { parseData } from '../data/parse-data.js';
import { serialize } from '../data/serialize.js';
import { NickelError } from '../nickel-error.js';
import { isFunction, typeTag } from '../eval/describe.js';
import { exportValue } from '../eval/export.js';
import type { Machine } from '../eval/machine.js';
import { ArrayValue, EnumValue, RecordValue, Thunk, type Value } from '../eval/values.js';
import { ARRAY } from './array.js';
import { assertAll, assertion, commonContracts, CONTRACT, LABEL } from './contract.js';
import { type Call, library, type Native, tag } from './native.js';
import { NUMBER } from './number.js';
import { RECORD } from './record.js';
import { STRING, stringify } from './string.js';

const FORMATS = ['Json', 'Yaml', 'Toml', 'Text'] as const;

function format(call: Call): (typeof FORMATS)[number] {
  const { tag: name } = call.enum(0);
  const found = FORMATS.find((known) => known === name);
  if (!found) throw call.fault(0, "must be 'Json, 'Yaml, 'Toml or 'Text");
  return found;
}

function is(what: string, test: (value: Value) => boolean): Native {
  return [1, `Whether a value is ${what}.`, (call) => test(call.value(0))];
}

function deepSeq(call: Call): Value {
  force(call.machine, call.thunk(0));
  return call.value(1);
}

/** Evaluates all parts of a value. */
export function force(machine: Machine, root: Thunk): void {
  const pending = [root];
  for (let thunk = pending.pop(); thunk; thunk = pending.pop()) {
    machine.step();
    const value = machine.force(thunk);
    if (value instanceof ArrayValue) for (const item of value.items) pending.push(item);
    if (value instanceof EnumValue && value.argument) pending.push(value.argument);
    if (!(value instanceof RecordValue)) continue;
    for (const name of value.names()) {
      const field = value.thunk(name);
      if (!field)
        throw new NickelError('evaluation', `The field "${name}" has no value.`, { span: thunk.span });
      pending.push(field);
    }
  }
}

const HASHES: ReadonlyMap<string, string> = new Map([
  ['Md5', 'md5'],
  ['Sha1', 'sha1'],
  ['Sha256', 'sha256'],
  ['Sha512', 'sha512'],
]);

function hash(call: Call): string {
  const algorithm = HASHES.get(call.enum(0).tag);
  if (!algorithm) throw call.fault(0, "must be 'Md5, 'Sha1, 'Sha256 or 'Sha512");
  return createHash(algorithm).update(call.string(1)).digest('hex');
}

function serializeCall(call: Call): string {
  const text = serialize(exportValue(call.machine, call.thunk(1)), format(call));
  call.machine.charge(text.length);
  return text;
}

function deserializeCall(call: Call): Value {
  const text = call.string(1);
  call.machine.charge(text.length);
  return parseData(format(call), { name: 'the text of std.deserialize', text }, call.thunk(1).span);
}

function failWith(message: string): never {
  throw new NickelError('evaluation', message);
}

/** The functions of `std` itself. */
export const ROOT: Readonly<Record<string, Native>> = {
  FailWith: [3, 'A contract that always fails with a message.', (c) => failWith(c.string(0))],
  deep_seq: [2, 'Evaluates all of a value, and gives another.', deepSeq],
  deserialize: [2, 'The value of a text in a format.', deserializeCall],
  fail_with: [1, 'Ends the evaluation with a message.', (c) => failWith(c.string(0))],
  hash: [2, 'The hash of a string, in hexadecimal digits.', hash],
  is_array: is('an array', (value) => value instanceof ArrayValue),
  is_bool: is('a boolean', (value) => typeof value === 'boolean'),
  is_enum: is('an enum', (value) => value instanceof EnumValue),
  is_function: is('a function', isFunction),
  is_number: is('a number', isNumeric),
  is_record: is('a record', (value) => value instanceof RecordValue),
  is_string: is('a string', (value) => typeof value === 'string'),
  seq: [2, 'Evaluates a value, and gives another.', (c) => [c.value(0), c.value(1)][1]!],
  serialize: [2, 'The text of a value in a format.', serializeCall],
  to_string: [1, 'The text of a string, number, boolean, enum tag or null.', (c) => stringify(c, 0)],
  trace: [2, 'Gives its second argument; nothing is printed.', (c) => c.value(1)],
  typeof: [1, 'The type of a value as an enum tag.', (c) => tag(typeTag(c.value(0)))],
};

const FUNCTION: Readonly<Record<string, Native>> = {
  compose: [
    3,
    'Applies the second function, then the first.',
    (c) =>
      c.machine.apply(
        c.fn(0),
        c.delay(() => c.machine.apply(c.fn(1), c.thunk(2))),
      ),
  ],
  const: [2, 'Gives its first argument.', (c) => c.value(0)],
  first: [2, 'Gives its first argument.', (c) => c.value(0)],
  flip: [
    3,
    'Applies a function to its arguments in the other order.',
    (c) => c.machine.apply(c.fn(0), c.thunk(2), c.thunk(1)),
  ],
  id: [1, 'Gives its argument.', (c) => c.value(0)],
  pipe: [
    2,
    'Applies the functions of an array one after the other.',
    (c) =>
      c.machine.force(
        c
          .array(1)
          .reduce((value, fn) => c.delay(() => c.machine.apply(c.machine.force(fn), value)), c.thunk(0)),
      ),
  ],
  second: [2, 'Gives its second argument.', (c) => c.value(1)],
};

export const ENUM: Readonly<Record<string, Native>> = {
  from_tag_and_arg: [
    1,
    'The enum of a record of "tag" and perhaps "arg".',
    (c) => {
      const record = c.record(0);
      const name = record.thunk('tag');
      const text = name && c.machine.force(name);
      if (typeof text !== 'string') throw c.fault(0, 'must have the field "tag", a string');
      return tag(text, record.thunk('arg'));
    },
  ],
  is_enum_tag: [
    1,
    'Whether a value is an enum tag without an argument.',
    (c) => {
      const value = c.value(0);
      return value instanceof EnumValue && !value.argument;
    },
  ],
  is_enum_variant: [
    1,
    'Whether a value is an enum tag with an argument.',
    (c) => {
      const value = c.value(0);
      return value instanceof EnumValue && value.argument !== undefined;
    },
  ],
  map: [
    2,
    'An enum with another argument.',
    (c) => {
      const value = c.enum(1);
      const { argument } = value;
      return argument
        ? tag(
            value.tag,
            c.delay(() => c.machine.apply(c.fn(0), argument)),
          )
        : value;
    },
  ],
  to_tag_and_arg: [
    1,
    'The record of the tag and the argument of an enum.',
    (c) => {
      const { tag: name, argument } = c.enum(0);
      return RecordValue.from([['tag', Thunk.of(name)], ...(argument ? [['arg', argument] as const] : [])]);
    },
  ],
};

const CONSTANTS = { e: fromDouble(Math.E), pi: fromDouble(Math.PI) };

/** The standard library. */
export function standardLibrary(machine: Machine): RecordValue {
  const contracts = commonContracts(machine);
  const parts: Record<string, Value> = {
    array: library(machine, 'std.array', ARRAY, contracts.array),
    contract: library(machine, 'std.contract', CONTRACT, {
      label: library(machine, 'std.contract.label', LABEL),
    }),
    enum: library(machine, 'std.enum', ENUM, contracts.enum),
    function: library(machine, 'std.function', FUNCTION),
    number: library(machine, 'std.number', NUMBER, { ...contracts.number, ...CONSTANTS }),
    record: library(machine, 'std.record', RECORD),
    string: library(machine, 'std.string', STRING, contracts.string),
    test: library(
      machine,
      'std.test',
      {
        assert: [
          1,
          'Gives true, which its argument must be.',
          (c) => c.boolean(0) || failWith('std.test.assert: the argument is false.'),
        ],
        assert_all: [1, 'Gives true, which all elements must be.', assertAll],
      },
      { Assert: assertion(machine) },
    ),
  };
  return library(machine, 'std', ROOT, parts);
}
