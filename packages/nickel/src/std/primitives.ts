import { evaluationError } from '../nickel-error.js';
import type { Machine } from '../eval/machine.js';
import { Label } from '../eval/label.js';
import type { Builtin } from '../eval/values.js';
import { RecordValue, Sealed } from '../eval/values.js';
import { PRIMITIVES } from '../syntax/primitives.js';
import { ARRAY } from './array.js';
import { CONTRACT, LABEL } from './contract.js';
import { builtin, type Call, type Native, tag } from './native.js';
import { NUMBER } from './number.js';
import { RECORD } from './record.js';
import { ENUM, force, ROOT } from './root.js';
import { STRING } from './string.js';
import { typeTag } from '../eval/describe.js';

/** Calls a function of the library whose arguments come in another order. */
function reordered([, doc, run]: Native, ...order: number[]): Native {
  return [order.length, doc, (call) => run(withArguments(call, order))];
}

function withArguments(call: Call, order: readonly number[]): Call {
  // Safe cast: a copy with the prototype of the call.
  return Object.assign(Object.create(Object.getPrototypeOf(call) as object) as Call, call, {
    args: order.map((index) => call.thunk(index)),
  });
}

const own: Readonly<Record<string, Native>> = {
  blame: CONTRACT['blame']!,
  cast: [1, '', (c) => c.value(0)],
  'enum/from_string': STRING['to_enum']!,
  'enum/embed': [1, '', (c) => c.value(0)],
  'enum/get_arg': [
    1,
    '',
    (c) => {
      const { argument } = c.enum(0);
      if (argument) return c.machine.force(argument);
      throw c.fault(0, 'must have an argument');
    },
  ],
  'enum/get_tag': [1, '', (c) => tag(c.enum(0).tag)],
  'enum/is_variant': ENUM['is_enum_variant']!,
  'enum/make_variant': [2, '', (c) => tag(c.string(0), c.thunk(1))],
  force: [1, '', (c) => (force(c.machine, c.thunk(0)), c.value(0))],
  'label/flip_polarity': [
    1,
    '',
    (c) => {
      const value = c.value(0);
      if (value instanceof Label) return value.flipped();
      throw c.mustBe(0, 'a label', value);
    },
  ],
  'label/polarity': [
    1,
    '',
    (c) => {
      const value = c.value(0);
      if (value instanceof Label) return tag(value.parts.polarity ? 'Positive' : 'Negative');
      throw c.mustBe(0, 'a label', value);
    },
  ],
  'label/push_diag': [1, '', (c) => c.value(0)],
  'number/from_string': STRING['to_number']!,
  pow: NUMBER['pow']!,
  'record/empty_with_tail': [1, '', (c) => new RecordValue(new Map(), false, c.record(0).hidden)],
  'record/insert': reordered(RECORD['insert']!, 0, 2, 1),
  'record/insert_with_opts': reordered(RECORD['insert_with_opts']!, 0, 2, 1),
  'string/chars': STRING['characters']!,
  'string/substr': reordered(STRING['substring']!, 1, 2, 0),
  'string/replace': reordered(STRING['replace']!, 1, 2, 0),
  'string/replace_regex': reordered(STRING['replace_regex']!, 1, 2, 0),
  'string/split': reordered(STRING['split']!, 1, 0),
  'string/contains': reordered(STRING['contains']!, 1, 0),
  'array/at': reordered(ARRAY['at']!, 1, 0),
  'array/map': reordered(ARRAY['map']!, 1, 0),
  'array/generate': reordered(ARRAY['generate']!, 1, 0),
  'record/map': reordered(RECORD['map']!, 1, 0),
  typeof: [
    1,
    '',
    (c) => {
      const value = c.value(0);
      if (value instanceof Sealed) throw c.fault(0, 'must not be hidden by a polymorphic contract');
      return tag(typeTag(value));
    },
  ],
};
const LIBRARIES: Readonly<Record<string, Readonly<Record<string, Native>>>> = {
  array: ARRAY,
  contract: CONTRACT,
  record: RECORD,
  string: STRING,
  number: NUMBER,
  label: LABEL,
};

/** A primitive operation by its name; most do what a function of the library does. */
export function primitive(machine: Machine, name: string): Builtin {
  const [area = '', operation = ''] = name.split('/');
  const native = own[name] ?? (operation === '' ? ROOT[name] : LIBRARIES[area]?.[operation]);
  if (!native || !PRIMITIVES.has(name)) throw evaluationError(`The operation %${name}% is not supported.`);
  return builtin(machine, `%${name}%`, native[0], native[2]);
}
