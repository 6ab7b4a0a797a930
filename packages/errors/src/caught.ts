/** The code of a caught error: `ENOENT` of the system, `23505` of Postgres; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The message of a caught error; of any other value its text. */
export function messageOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}

/** A caught value as an error: another value than an error becomes the message of one. */
export function errorOf(error: unknown): Error {
  return isError(error) ? error : new Error(String(error));
}

/** `instanceof` does not know the errors of another realm, as those of Node.js are in a VM context. */
function isError(value: unknown): value is Error {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
