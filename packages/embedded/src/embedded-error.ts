/** A server of ours could not be had. The message says what is wrong, shows the server's last lines, and what to do. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
}
