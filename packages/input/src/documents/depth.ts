import { SourceError } from './source-error.js';

/** More levels than any file of a person has; the limit keeps a malicious file from exhausting the stack. */
export const MAX_DEPTH = 100;

/** The error for nesting that exceeds the limit. */
export function tooDeep(offset: number | undefined): SourceError {
  return new SourceError(`Values must be nested ${MAX_DEPTH} levels deep at most.`, offset);
}

/** Recursive parsers run out of stack on deep nesting. @throws SourceError */
export function withinStack<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(undefined);
    throw error;
  }
}
