import { SourceError } from '@provisioning/input/documents';

/** The file is not Nickel, or not the subset of Nickel that is read here. */
export class NickelError extends SourceError {
  override readonly name = 'NickelError';
}

/** Possibly valid Nickel, but more than plain data: only the `nickel` program can evaluate it. */
export function beyondPlainData(construct: string, offset: number, instead = ''): NickelError {
  return new NickelError(
    `${construct} requires the nickel program; without it, only plain data can be read. ` +
      `${instead}Install nickel (https://nickel-lang.org) and add it to PATH, or write the value directly.`,
    offset,
  );
}
