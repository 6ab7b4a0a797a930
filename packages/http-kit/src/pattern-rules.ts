const SHA256 = 'must be a SHA-256 digest: 64 hexadecimal digits in lower case';

/** What a value must be to match a pattern of the contract. A regular expression is never shown to a client. */
const RULES: readonly (readonly [pattern: string, rule: string])[] = [
  ['^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', 'must be a UUID'],
  [
    '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
    'must start with a letter or digit and contain only letters, digits, ".", "_" and "-" (63 characters at most)',
  ],
  [
    '^[A-Za-z0-9][A-Za-z0-9 ._-]*$',
    'must start with a letter or digit and contain only letters, digits, spaces, ".", "_" and "-"',
  ],
  [
    '^[A-Za-z0-9][A-Za-z0-9._/-]*$',
    'must start with a letter or digit and contain only letters, digits, ".", "_", "/" and "-"',
  ],
  [
    '^[a-z][a-z0-9_-]{0,62}$',
    'must start with a lower-case letter and contain only lower-case letters, digits, "_" and "-" (63 characters at most)',
  ],
  [
    '^[a-z][a-z0-9_]*$',
    'must start with a lower-case letter and contain only lower-case letters, digits and "_"',
  ],
  ['^[0-9]{1,16}$', 'must be a whole number of at most 16 digits'],
  ['^[0-9a-f]{64}$', SHA256],
  ['^sha256=', 'must start with "sha256="'],
  ['^https?://', 'must start with "http://" or "https://"'],
  ['^[\\x21-\\x7e]+$', 'must contain only visible ASCII characters'],
  [
    '^(?![-/])(?!(?:.*/)?\\.\\./)[^\\\\\\u0000-\\u001f\\u007f]{1,250}\\.(?:ncl|json|yaml|yml|toml)$',
    'must be a relative path below the infra that ends in .ncl, .json, .yaml, .yml or .toml',
  ],
];

const BY_PATTERN = new Map(RULES);
/** Words with commas between them: `^(A|B)(,(A|B))*$`. */
const LIST_OF_WORDS = /^\^\((?<words>[\w|]+)\)\(,\(\k<words>\)\)\*\$$/;

/** Whether the pattern has a rule of its own. */
export function isKnownPattern(pattern: string): boolean {
  return BY_PATTERN.has(pattern) || LIST_OF_WORDS.test(pattern);
}

/** Returns what a value must be to match the pattern, to follow the name of a field. */
export function ruleOfPattern(pattern: string): string {
  const words = LIST_OF_WORDS.exec(pattern)?.groups?.['words']?.split('|');
  if (words !== undefined) return `must be one or more of ${words.join(', ')}, separated by commas`;
  return BY_PATTERN.get(pattern) ?? 'has characters that are not allowed. GET /openapi.json describes it';
}
