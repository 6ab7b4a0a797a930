/**
 * Replaces characters that Postgres cannot store: NUL and unpaired surrogates. Only for text that programs, providers and
 * endpoints report. Requests with such characters are refused (packages/input), so that exactly what was sent is run.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** Returns the JSON text of a reported value, with {@link storable} strings. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes both, so a search of the text shows whether anything must be replaced.
  return /\\u(0000|d[89a-f])/i.test(text) ? JSON.stringify(storableJson(value)) : text;
}

function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storableJson(item)]));
}
