/** A text that cannot be parsed; `offset` is the position, if known. The message is one or two complete sentences. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';

  constructor(
    message: string,
    readonly offset: number | undefined,
  ) {
    super(message);
  }
}

/** A duplicate name in a record: one of the two values would be dropped. */
export function twice(name: string, offset: number | undefined): SourceError {
  return new SourceError(`The member ${JSON.stringify(name)} is defined twice.`, offset);
}
