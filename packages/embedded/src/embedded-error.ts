/**
 * An embedded server could not be started. The message says what is wrong, shows the server's last lines, and what to
 * do.
 */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
}
