import { evaluationError, NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';
import { describeValue } from './describe.js';
import { RecordValue, type Thunk, type Value } from './values.js';

/** A field of a value that must be a record. */
export function fieldThunk(record: Value, name: string, span: Span | undefined): Thunk {
  if (!(record instanceof RecordValue)) {
    throw evaluationError(
      `Only records have fields such as "${name}", but this is ${describeValue(record)}.`,
      span,
    );
  }
  const thunk = record.thunk(name);
  if (thunk) return thunk;
  if (record.fields.has(name)) {
    throw evaluationError(`The field "${name}" is used but has no value.`, span, [
      'Give it a value, or a default where its contract is written.',
    ]);
  }
  if (record.hidden?.fields.has(name)) {
    throw new NickelError('contract', `The field "${name}" is hidden by a polymorphic contract.`, { span });
  }
  const names = record.names();
  throw evaluationError(
    `The record has no field "${name}".`,
    span,
    names.length === 0
      ? []
      : [`Its fields are: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`],
  );
}
