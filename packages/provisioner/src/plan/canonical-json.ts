/**
 * Serialises a value as canonical JSON (RFC 8785): members in the order of their UTF-16 code units, no white space. Equal
 * values have equal texts in every order of their members. Members that are undefined are left out.
 * @throws TypeError for a number that JSON does not have, or a text with half a surrogate pair
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${textOf(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  throw new TypeError(`A ${typeof value} has no canonical JSON.`);
}

function textOf(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('A text with half a surrogate pair has no canonical JSON.');
  return JSON.stringify(text);
}
