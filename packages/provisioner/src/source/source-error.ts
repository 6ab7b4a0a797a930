/** A text that cannot be understood; `offset` is where, if known. The message is one or two whole sentences. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';

  constructor(
    message: string,
    readonly offset: number | undefined,
  ) {
    super(message);
  }
}

/** No settings need more; the limit keeps a hostile file from exhausting the stack. */
export const MAX_DEPTH = 100;
