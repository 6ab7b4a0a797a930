import { asSentence } from '@provisioning/errors';
import { DriverError } from '../drivers/driver.js';

// Further messages rarely say anything new.
const MAX_LISTED = 5;

/**
 * Combines several failures into one. The first error that is not a DriverError is returned alone: it is a bug in this
 * program, or it says that the work was stopped.
 * @param failures at least one, in the order of the message
 */
export function combineErrors(failures: readonly Error[]): Error {
  const unforeseen = failures.find((failure) => !(failure instanceof DriverError));
  return unforeseen ?? combineRefusals(failures.filter((failure) => failure instanceof DriverError));
}

/** The same for refusals of drivers only. The result is permanent if all of them are. */
export function combineRefusals(refused: readonly DriverError[]): DriverError {
  const messages = [...new Set(refused.map(({ message }) => asSentence(message)))];
  const more =
    messages.length > MAX_LISTED ? [`${messages.length - MAX_LISTED} more failed for other reasons.`] : [];
  return new DriverError([...messages.slice(0, MAX_LISTED), ...more].join(' '), {
    permanent: refused.every(({ permanent }) => permanent),
    cause: refused[0],
  });
}
