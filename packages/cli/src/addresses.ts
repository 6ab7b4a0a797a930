import { UsageError } from './usage-error.js';

/** A value, and where it was given: an option, a variable, or a profile. */
export interface Given {
  value: string;
  source: string;
}

/** The first that was given. */
export function firstOf(...candidates: readonly (Given | undefined)[]): Given | undefined {
  return candidates.find((candidate) => candidate !== undefined);
}

export function given(value: string | undefined, source: string): Given | undefined {
  return value === undefined ? undefined : { value, source };
}

/** The address of a service. @throws UsageError which names its source and shows how it must look */
export function addressOf({ value, source }: Given, example: string): string {
  const refuse = (must: string) =>
    new UsageError(`${source} must be ${must}, such as ${example}, not ${JSON.stringify(value)}.`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw refuse('an address that begins with http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${source} must hold no name and no password. Sign in with \`provctl login\`.`);
  if (url.search !== '' || url.hash !== '') throw refuse('an address without "?" and "#"');
  return value;
}

/** A token as it can be sent. @throws UsageError which names its source, and does not show the token */
export function tokenOf({ value, source }: Given): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new UsageError(
    `${source} must be a token as \`provctl token create\` shows it: it must not hold blanks, line ends or letters with accents.`,
  );
}
