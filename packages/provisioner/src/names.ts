const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Names become names of files and folders: one that passes leads nowhere else. */
export function isName(name: string): boolean {
  return NAME.test(name);
}

/** What to write instead of a name that is refused. */
export const NAME_RULE =
  'a name has 1 to 63 letters, digits, dots, dashes and underscores, and begins with a letter or a digit.';
