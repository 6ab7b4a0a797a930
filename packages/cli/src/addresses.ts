import { UsageError } from './usage-error.js';

/** A value and its source: an option, an environment variable or a profile. */
export interface Given {
  value: string;
  source: string;
}

/** The first candidate that is present. */
export function firstOf(...candidates: readonly (Given | undefined)[]): Given | undefined {
  return candidates.find((candidate) => candidate !== undefined);
}

/** A value with the name of its source; undefined for an absent value. */
export function given(value: string | undefined, source: string): Given | undefined {
  return value === undefined ? undefined : { value, source };
}

/** The URL of a service. @throws UsageError that names the source and gives an example */
export function addressOf({ value, source }: Given, example: string): string {
  const refuse = (must: string) =>
    new UsageError(`${source} must be ${must}, such as ${example}, not ${JSON.stringify(value)}.`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw refuse('a URL that starts with http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw new UsageError(
      `${source} must not contain a user name or a password. Sign in with \`provctl login\`.`,
    );
  if (url.search !== '' || url.hash !== '') throw refuse('a URL without "?" and "#"');
  return value;
}

/** A token that can be sent as a header. @throws UsageError that names the source and does not show the token */
export function tokenOf({ value, source }: Given): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new UsageError(
    `${source} must be a token as \`provctl token create\` prints it: printable ASCII characters without spaces or line breaks.`,
  );
}
