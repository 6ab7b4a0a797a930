/** The code with which Postgres answered (SQLSTATE); undefined when it did not. */
function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** It is what was sent that cannot be stored, however often it is tried: wrong data, against a constraint, too large. */
export function isRefused(error: unknown): boolean {
  return /^(22|23|54)/.test(codeOf(error) ?? '');
}

/**
 * One of several that were sent together may be at fault, or all were too much for the time that a statement has. Not where
 * Postgres is away, is about to stop, has no room or wants it tried again.
 */
export function mayBeOneOfThem(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && !/^(08|40|53|57P)/.test(code);
}
