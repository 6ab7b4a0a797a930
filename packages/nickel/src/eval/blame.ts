import { NickelError } from '../nickel-error.js';
import type { Failure } from './machine.js';

/** The error for a broken contract; it points at the value, or at the contract where the value has no place. */
export function blameError({ label, message, notes }: Failure): NickelError {
  const { contract, value, polarity, path } = label.parts;
  const what = polarity ? 'The value' : 'The argument of a function';
  const where = path === '' ? '' : ` at ${path}`;
  const said = [label.parts.message, message].filter((part) => part !== undefined && part !== '');
  return new NickelError('contract', `${what}${where} breaks its contract${reason(said[0])}`, {
    span: value ?? contract,
    blame: { contract, value },
    notes: [...label.parts.notes, ...notes],
  });
}

function reason(said: string | undefined): string {
  if (said === undefined) return '.';
  return `: ${said}${/[.!?]$/.test(said) ? '' : '.'}`;
}
