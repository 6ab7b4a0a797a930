import { NickelError } from '../nickel-error.js';
import { blameError } from './blame.js';
import { checkCustom } from './custom-contract.js';
import { describeValue, isFunction } from './describe.js';
import type { Label } from './label.js';
import type { ContractChecker, Machine, Outcome } from './machine.js';
import { checkRecordContract } from './record-contract.js';
import { checkType } from './type-contract.js';
import { CustomContract, RecordValue, Thunk, TypeValue, type Value } from './values.js';

/** Applies contracts: types, records, functions of a label and a value, and those of std.contract. */
export class Contracts implements ContractChecker {
  constructor(private readonly machine: Machine) {}

  check(contract: Value, label: Label, thunk: Thunk): Outcome {
    this.machine.step();
    if (contract instanceof TypeValue) return checkType(this.machine, contract.shape, label, thunk);
    if (contract instanceof RecordValue) return checkRecordContract(this.machine, contract, label, thunk);
    if (contract instanceof CustomContract) return checkCustom(this.machine, contract, label, thunk);
    if (isFunction(contract)) {
      return { ok: Thunk.of(this.machine.apply(contract, Thunk.of(label), thunk), thunk.span) };
    }
    throw new NickelError(
      'evaluation',
      `${describeValue(contract)} cannot be used as a contract. Use a type, a record, or a contract of std.contract.`,
      { span: label.parts.contract },
    );
  }

  apply(contract: Value, label: Label, thunk: Thunk): Thunk {
    const outcome = this.check(contract, label, thunk);
    if ('ok' in outcome) return outcome.ok;
    throw blameError(outcome.failure);
  }

  wrap(contract: Thunk, label: Label, thunk: Thunk): Thunk {
    const { machine } = this;
    return new Thunk(() => machine.force(this.apply(machine.force(contract), label, thunk)), thunk.span);
  }
}
