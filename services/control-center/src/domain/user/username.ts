const CANONICAL = /^[a-z0-9][a-z0-9._@-]{1,62}$/;
/** Long enough for every username that folds to a valid one, short enough to be folded at no cost. */
const LONGEST_SPELLING = 256;

export const USERNAME_RULE =
  'must start with a letter or digit and contain only letters a to z, digits, ".", "_", "@" and "-" (2 to 63 characters)';

/**
 * Returns the one spelling of a username that is stored, searched and counted by: “Ａdmin” and “ADMIN” are “admin”.
 * @returns undefined where no user can have that username.
 */
export function canonicalUsername(text: string): string | undefined {
  if (text.length > LONGEST_SPELLING) return undefined;
  const folded = text.normalize('NFKC').toLowerCase();
  return CANONICAL.test(folded) ? folded : undefined;
}
