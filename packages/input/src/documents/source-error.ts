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

/** A name that its record has already: of two values one would be dropped. */
export function twice(name: string, offset: number | undefined): SourceError {
  return new SourceError(`The member ${JSON.stringify(name)} is there twice.`, offset);
}
