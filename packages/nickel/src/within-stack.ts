import { NickelError } from './nickel-error.js';
import type { Span } from './source.js';

/**
 * Runs what recurses into a text. The stack of the thread may end before a limit on depth is reached.
 * @param placeOf what was evaluated when the stack ended
 * @throws NickelError `limit`
 */
export function withinStack<T>(run: () => T, placeOf?: () => Span | undefined): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError) || !error.message.includes('call stack')) throw error;
    throw new NickelError('limit', 'The evaluation nests too deeply.', { span: placeOf?.() });
  }
}
