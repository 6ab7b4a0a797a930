/** The SQLSTATE of Postgres's answer; undefined if it did not answer. */
function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The data that was sent can never be stored: wrong data, a violated constraint, or too large. */
export function isRefused(error: unknown): boolean {
  return /^(22|23|54)/.test(codeOf(error) ?? '');
}

/**
 * One of several items that were sent together may be at fault, or all were too much for the statement timeout. Not if
 * Postgres is away, is stopping, has no room, or asks for a repetition.
 */
export function mayBeOneOfThem(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && !/^(08|40|53|57P)/.test(code);
}
