import { SourceError } from '@provisioning/input/documents';

/** A file that is not Nickel, or not of the subset read here. */
export class NickelError extends SourceError {
  override readonly name = 'NickelError';
}

/** Right Nickel, perhaps, but more than plain data: only the real program can work it out. */
export function beyondPlainData(construct: string, offset: number, instead = ''): NickelError {
  return new NickelError(
    `${construct} requires the nickel program; without it, only plain data can be read. ` +
      `${instead}Install nickel (https://nickel-lang.org) and add it to PATH, or write the value directly.`,
    offset,
  );
}
