import { asSentence } from '@provisioning/errors';
import { DriverError } from '../drivers/driver.js';

// More of them say nothing new as a rule.
const MAX_TOLD = 5;

/**
 * Several failures as one. Of what is no DriverError, the first counts alone: it is a fault of this program, or it says
 * that the work was stopped.
 * @param failures at least one, in the order in which they are to be told
 */
export function combineErrors(failures: readonly Error[]): Error {
  const unforeseen = failures.find((failure) => !(failure instanceof DriverError));
  return unforeseen ?? combineRefusals(failures.filter((failure) => failure instanceof DriverError));
}

/** The same of refusals of drivers alone: permanent if all of them are. */
export function combineRefusals(refused: readonly DriverError[]): DriverError {
  const messages = [...new Set(refused.map(({ message }) => asSentence(message)))];
  const more =
    messages.length > MAX_TOLD ? [`${messages.length - MAX_TOLD} more failed for other reasons.`] : [];
  return new DriverError([...messages.slice(0, MAX_TOLD), ...more].join(' '), {
    permanent: refused.every(({ permanent }) => permanent),
    cause: refused[0],
  });
}
