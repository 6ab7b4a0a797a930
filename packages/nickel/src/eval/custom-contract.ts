import { evaluationError } from '../nickel-error.js';
import { describeValue } from './describe.js';
import { Label } from './label.js';
import type { Failure, Machine, Outcome } from './machine.js';
import { ArrayValue, EnumValue, RecordValue, Thunk, type CustomContract, type Value } from './values.js';

/** Checks a value against a contract that is made of a function. */
export function checkCustom(machine: Machine, contract: CustomContract, label: Label, thunk: Thunk): Outcome {
  const fn = machine.force(contract.check);
  if (contract.kind === 'predicate') {
    const answer = machine.apply(fn, thunk);
    if (typeof answer !== 'boolean') throw wrongAnswer('a predicate', 'a boolean', answer, label);
    return answer ? { ok: thunk } : { failure: { label, message: 'its predicate does not hold', notes: [] } };
  }
  const answer =
    contract.kind === 'custom' ? machine.apply(fn, Thunk.of(label), thunk) : machine.apply(fn, thunk);
  if (answer instanceof EnumValue && answer.tag === 'Ok') {
    return { ok: contract.kind === 'custom' && answer.argument ? answer.argument : thunk };
  }
  if (answer instanceof EnumValue && answer.tag === 'Error') {
    return { failure: readFailure(machine, label, answer.argument) };
  }
  throw wrongAnswer('a contract', "'Ok or 'Error", answer, label);
}

function wrongAnswer(what: string, expected: string, answer: Value, label: Label) {
  return evaluationError(
    `The function of ${what} must give ${expected}, but gives ${describeValue(answer)}.`,
    label.parts.contract,
  );
}

/** The argument of 'Error: a record with `message`, `notes` and `blame_location`, all of them optional. */
function readFailure(machine: Machine, label: Label, argument: Thunk | undefined): Failure {
  const details = argument && machine.force(argument);
  if (!(details instanceof RecordValue)) return { label, message: '', notes: [] };
  const get = (name: string): Value | undefined => {
    const thunk = details.thunk(name);
    return thunk && machine.force(thunk);
  };
  const message = get('message');
  const notes = get('notes');
  const location = get('blame_location');
  return {
    label: location instanceof Label ? location : label,
    message: typeof message === 'string' ? message : '',
    notes: notes instanceof ArrayValue ? notes.items.map((item) => String(machine.force(item))) : [],
  };
}

/** What std.contract.check gives for a failure. */
export function failureValue({ label, message, notes }: Failure): EnumValue {
  const entries: [string, Thunk][] = [
    ['message', Thunk.of(label.parts.message ?? message)],
    ['notes', Thunk.of(new ArrayValue([...label.parts.notes, ...notes].map((note) => Thunk.of(note))))],
    ['blame_location', Thunk.of(label)],
  ];
  return new EnumValue('Error', Thunk.of(RecordValue.from(entries)));
}
