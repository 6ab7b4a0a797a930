/** A process of ours did not start; the message says which, and shows its last lines. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
