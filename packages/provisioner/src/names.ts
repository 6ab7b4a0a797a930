const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Names of infras and servers are used as names of files and folders. A valid name cannot lead out of a folder. */
export function isName(name: string): boolean {
  return NAME.test(name);
}

/** What is allowed in a name, as the end of an error message. */
export const NAME_RULE =
  'a name must have 1 to 63 letters, digits, dots, dashes and underscores, and start with a letter or a digit.';
