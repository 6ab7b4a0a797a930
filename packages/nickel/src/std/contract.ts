import { compare, isInteger, isNumeric, parseDecimal } from '../data/number.js';
import { NickelError } from '../nickel-error.js';
import { blameError } from '../eval/blame.js';
import { failureValue } from '../eval/custom-contract.js';
import { equal } from '../eval/equality.js';
import { textOf } from '../eval/interpolation.js';
import { Label } from '../eval/label.js';
import type { Machine } from '../eval/machine.js';
import { ArrayValue, CustomContract, EnumValue, Thunk, type Value } from '../eval/values.js';
import { builtin, type Call, type Native, recordOf, tag } from './native.js';
import { charactersIn } from './characters.js';

function label(call: Call, index: number): Label {
  const value = call.value(index);
  if (value instanceof Label) return value;
  throw call.mustBe(index, 'the label of a contract', value);
}

function failed(message: string): EnumValue {
  return tag('Error', Thunk.of(recordOf({ message })));
}

/** A contract that is checked by a function of the evaluator; the value goes through as `test` gives it. */
function contractOf(
  machine: Machine,
  name: string,
  test: (value: Value, thunk: Thunk) => string | Thunk | undefined,
): CustomContract {
  const run = builtin(machine, name, 2, (call) => {
    const outcome = test(call.value(1), call.thunk(1));
    if (typeof outcome === 'string') return failed(outcome);
    return tag('Ok', outcome ?? call.thunk(1));
  });
  return new CustomContract('custom', Thunk.of(run));
}

/** All contracts of a list, one after the other. */
function sequence(call: Call): CustomContract {
  const contracts = call.array(0);
  const { machine } = call;
  const run = builtin(machine, call.name, 2, (inner) => {
    let thunk = inner.thunk(1);
    for (const contract of contracts) {
      const outcome = machine.contracts.check(machine.force(contract), label(inner, 0), thunk);
      if ('failure' in outcome) return failureValue(outcome.failure);
      thunk = outcome.ok;
    }
    return tag('Ok', thunk);
  });
  return new CustomContract('custom', Thunk.of(run));
}

function anyOf(call: Call): CustomContract {
  const contracts = call.array(0);
  const { machine } = call;
  const run = builtin(machine, call.name, 2, (inner) => {
    for (const contract of contracts) {
      const outcome = machine.contracts.check(machine.force(contract), label(inner, 0), inner.thunk(1));
      if ('ok' in outcome) return tag('Ok', outcome.ok);
    }
    return failed('it must fit one of the contracts of std.contract.any_of, but fits none of them');
  });
  return new CustomContract('custom', Thunk.of(run));
}

function not(call: Call): CustomContract {
  const contract = call.thunk(0);
  const { machine } = call;
  const run = builtin(machine, call.name, 2, (inner) => {
    const outcome = machine.contracts.check(machine.force(contract), label(inner, 0), inner.thunk(1));
    if ('ok' in outcome) return failed('it fits a contract that it must not fit');
    return tag('Ok', inner.thunk(1));
  });
  return new CustomContract('custom', Thunk.of(run));
}

function blame(call: Call, index: number, message?: string): never {
  const given = label(call, index);
  throw blameError({
    label: message === undefined ? given : given.with({ message }),
    message: '',
    notes: [],
  });
}

function apply(call: Call): Value {
  const { machine } = call;
  return machine.force(machine.contracts.apply(call.value(0), label(call, 1), call.thunk(2)));
}

function check(call: Call): Value {
  const outcome = call.machine.contracts.check(call.value(0), label(call, 1), call.thunk(2));
  return 'ok' in outcome ? tag('Ok', outcome.ok) : failureValue(outcome.failure);
}

function notes(call: Call, index: number): string[] {
  return call.array(index).map((item) => String(call.machine.force(item)));
}

function equalTo(call: Call): CustomContract {
  const expected = call.thunk(0);
  return contractOf(call.machine, call.name, (_, thunk) =>
    equal(call.machine, expected, thunk) ? undefined : 'it must be equal to the value of std.contract.Equal',
  );
}

const custom = (kind: CustomContract['kind']) => (call: Call) => new CustomContract(kind, call.thunk(0));

export const LABEL: Readonly<Record<string, Native>> = {
  append_note: [
    2,
    'A label with a note more.',
    (c) => label(c, 1).with({ notes: [...label(c, 1).parts.notes, c.string(0)] }),
  ],
  with_message: [2, 'A label with a message.', (c) => label(c, 1).with({ message: c.string(0) })],
  with_notes: [2, 'A label with notes.', (c) => label(c, 1).with({ notes: notes(c, 0) })],
};

export const CONTRACT: Readonly<Record<string, Native>> = {
  Equal: [1, 'Only a value that is equal to the given one.', equalTo],
  Sequence: [1, 'All contracts of an array, in their order.', sequence],
  all_of: [1, 'All contracts of an array, in their order.', sequence],
  any_of: [1, 'The first contract of an array that a value fits.', anyOf],
  apply: [3, 'Checks a value against a contract, with a label.', apply],
  blame: [1, 'Reports that a contract is broken.', (c) => blame(c, 0)],
  blame_with_message: [
    2,
    'Reports that a contract is broken, with a message.',
    (c) => blame(c, 1, c.string(0)),
  ],
  check: [3, "'Ok with the checked value, or 'Error.", check],
  custom: [1, "A contract of a function of a label and a value to 'Ok value or 'Error.", custom('custom')],
  from_predicate: [1, 'A contract of a function to a boolean.', custom('predicate')],
  from_validator: [1, "A contract of a function to 'Ok or 'Error.", custom('validator')],
  not: [1, 'Only values that do not fit a contract.', not],
};

/** The contracts that other parts of the library hold. */
export function commonContracts(machine: Machine) {
  const whole = (least: number | undefined, what: string) =>
    contractOf(machine, what, (value) => {
      const fits =
        isNumeric(value) && isInteger(value) && (least === undefined || compare(value, least) >= 0);
      return fits ? undefined : `it must be ${what}`;
    });
  const text = (what: string, fits: (text: string) => boolean) =>
    contractOf(machine, what, (value) =>
      typeof value === 'string' && fits(value) ? undefined : `it must be ${what}`,
    );
  const enumTag = contractOf(machine, 'an enum tag', (value) =>
    value instanceof EnumValue && !value.argument ? undefined : 'it must be an enum tag',
  );
  return {
    number: {
      Integer: whole(undefined, 'a whole number'),
      Nat: whole(0, 'a whole number of at least 0'),
      PosNat: whole(1, 'a whole number of at least 1'),
      NonZero: contractOf(machine, 'NonZero', (value) =>
        isNumeric(value) && value !== 0 ? undefined : 'it must be a number other than 0',
      ),
    },
    string: {
      BoolLiteral: text('"true" or "false"', (value) => value === 'true' || value === 'false'),
      Character: text('one character', (value) => charactersIn(value).length === 1),
      EnumTag: enumTag,
      NonEmpty: text('a string that is not empty', (value) => value !== ''),
      NumberLiteral: text('the text of a number', (value) => parseDecimal(value) !== undefined),
      Stringable: contractOf(machine, 'Stringable', (value) =>
        textOf(value) === undefined
          ? 'it must be a string, a number, a boolean, an enum tag or null'
          : undefined,
      ),
    },
    array: {
      NonEmpty: contractOf(machine, 'NonEmpty', (value) =>
        value instanceof ArrayValue && value.items.length > 0
          ? undefined
          : 'it must be an array that is not empty',
      ),
    },
    enum: {
      Tag: enumTag,
      Enum: contractOf(machine, 'Enum', (value) =>
        value instanceof EnumValue ? undefined : 'it must be an enum',
      ),
      TagOrString: contractOf(machine, 'TagOrString', (value, thunk) => {
        if (typeof value === 'string') return Thunk.of(tag(value), thunk.span);
        return value instanceof EnumValue && !value.argument
          ? undefined
          : 'it must be an enum tag or a string';
      }),
    },
  };
}

/** A value that must be true. */
export function assertion(machine: Machine): CustomContract {
  return contractOf(machine, 'std.test.Assert', (value) => (value === true ? undefined : 'it must be true'));
}

/** `std.test.assert_all`: refuses an array with an element that is not `true`. */
export function assertAll(call: Call): Value {
  for (const [index, item] of call.array(0).entries()) {
    if (call.machine.force(item) === true) continue;
    throw new NickelError('contract', `${call.name}: element ${index} must be true.`, { span: item.span });
  }
  return true;
}
