import { NickelError } from './nickel-error.js';

/** Runs what recurses into a text. The stack of the thread may end before a limit on depth is reached. */
export function withinStack<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError) || !error.message.includes('call stack')) throw error;
    throw new NickelError('limit', 'The evaluation nests too deeply.');
  }
}
