import { SourceError } from './source-error.js';

/** No file that people write needs more levels; the limit keeps a hostile one from exhausting the stack. */
export const MAX_DEPTH = 100;

export function tooDeep(offset: number | undefined): SourceError {
  return new SourceError(`Values must be nested ${MAX_DEPTH} levels deep at most.`, offset);
}

/** Parsers that descend by recursion run out of stack on hostile nesting. @throws SourceError */
export function withinStack<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(undefined);
    throw error;
  }
}
