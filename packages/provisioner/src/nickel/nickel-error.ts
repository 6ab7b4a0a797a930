import { SourceError } from '@provisioning/input/documents';

/** A file that is not Nickel, or not of the subset read here. */
export class NickelError extends SourceError {
  override readonly name = 'NickelError';
}

/** Right Nickel, perhaps, but more than plain data: only the real program can work it out. */
export function beyondPlainData(construct: string, offset: number, instead = ''): NickelError {
  return new NickelError(
    `${construct} is more than plain data, which is all that can be read without the nickel program. ` +
      `${instead}Install nickel (https://nickel-lang.org) and put it on PATH, or write the value out.`,
    offset,
  );
}
