/**
 * The text as Postgres stores it: without NUL and halves of surrogate pairs. Only for what programs, providers and endpoints
 * report: what a request holds is refused instead (packages/input), so that nothing else runs than what was sent.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** The JSON of what was reported, as Postgres stores it. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value);
  // Both are always escaped, so most values need not be looked through.
  return /\\u(0000|d[89a-f])/i.test(text) ? JSON.stringify(storableJson(value)) : text;
}

function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storableJson(item)]));
}
