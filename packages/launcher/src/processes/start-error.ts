/** A process of the platform did not start; the message names it and shows its last lines. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
