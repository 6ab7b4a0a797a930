import { isNumeric } from '../data/number.js';
import { Label } from './label.js';
import {
  ArrayValue,
  Builtin,
  Closure,
  CustomContract,
  EnumValue,
  MatchFunction,
  RecordValue,
  TypeValue,
  type Value,
} from './values.js';

/** Whether a value can be applied. */
export function isFunction(value: Value): value is Closure | MatchFunction | Builtin {
  return value instanceof Closure || value instanceof MatchFunction || value instanceof Builtin;
}

/** The kind of a value as messages name it: `a string`. */
export function describeValue(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'string') return 'a string';
  if (isNumeric(value)) return 'a number';
  if (value instanceof EnumValue) return value.argument ? 'an enum variant' : 'an enum tag';
  if (value instanceof ArrayValue) return 'an array';
  if (value instanceof RecordValue) return 'a record';
  if (isFunction(value)) return 'a function';
  if (value instanceof TypeValue || value instanceof CustomContract) return 'a contract';
  if (value instanceof Label) return 'the label of a contract';
  return 'a value of unknown type (a polymorphic contract hides it)';
}

/** The tag that std.typeof gives. */
export function typeTag(value: Value): string {
  if (value === null) return 'Other';
  if (typeof value === 'boolean') return 'Bool';
  if (typeof value === 'string') return 'String';
  if (isNumeric(value)) return 'Number';
  if (value instanceof EnumValue) return 'Enum';
  if (value instanceof ArrayValue) return 'Array';
  if (value instanceof RecordValue) return 'Record';
  if (isFunction(value)) return 'Function';
  if (value instanceof Label) return 'Label';
  if (value instanceof TypeValue) return 'Type';
  if (value instanceof CustomContract) return 'CustomContract';
  return 'Other';
}
