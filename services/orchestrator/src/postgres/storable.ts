/** Postgres takes neither NUL nor half a surrogate pair; a program may report both. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** The JSON of a value, as Postgres takes it. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value);
  // Both are always escaped, so most values need not be looked through.
  return /\\u(0000|d[89a-f])/i.test(text) ? JSON.stringify(storableJson(value)) : text;
}

export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storableJson(item)]));
}
