const FORMS: readonly { example: RegExp; form: RegExp; name: string }[] = [
  {
    example: /uuid/,
    form: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    name: 'a UUIDv7',
  },
  {
    example: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    form: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
    name: 'a time in UTC',
  },
  { example: /jwt-token/, form: /^[\w-]+\.[\w-]+\.[\w-]+$/, name: 'a JWT' },
  { example: /^\d+ MB$/, form: /^\d+(\.\d+)? (B|KB|MB|GB)$/, name: 'a size' },
  { example: /^sha256=/, form: /^sha256=[0-9a-f]{64}$/, name: 'a signature' },
];

/**
 * Returns how an answer differs from an example of the API document: a sentence for each member. Every member of the
 * example must be there with the same type; ids, times, tokens, sizes and signatures must have the same form; all other
 * texts, booleans and nulls must be equal, and numbers may be any. Members beyond the example are allowed below the
 * top.
 * @param varying paths of members, without the places in lists, that need only have the type of the example's
 * (`operations.status`), where the example shows another moment than the answer
 */
export function differences(
  example: unknown,
  actual: unknown,
  varying: readonly string[] = [],
  path = '',
): string[] {
  const at = path === '' ? 'it' : path;
  if (typeOf(example) !== typeOf(actual)) {
    return example === null && varying.includes(path)
      ? []
      : [`${at} is ${typeOf(actual)} (${JSON.stringify(actual)}), and the example has ${typeOf(example)}`];
  }
  if (Array.isArray(example) && Array.isArray(actual)) {
    if (example.length > 0 && actual.length === 0) return [`${at} is empty`];
    if (example.every((item) => typeof item !== 'object') && !varying.includes(path))
      return JSON.stringify(example) === JSON.stringify(actual) ? [] : [`${at} is ${JSON.stringify(actual)}`];
    const items: unknown[] = example.length > 0 ? actual : [];
    return items.flatMap((item, index) =>
      differences(example[Math.min(index, example.length - 1)], item, varying, path),
    );
  }
  if (typeof example === 'object' && example !== null) {
    if (varying.includes(path)) return [];
    const found = actual as Record<string, unknown>;
    return Object.entries(example).flatMap(([name, value]) => {
      const below = path === '' ? name : `${path}.${name}`;
      return name in found ? differences(value, found[name], varying, below) : [`${below} is missing`];
    });
  }
  if (varying.includes(path) || typeof example === 'number') return [];
  if (typeof example === 'string') return differencesOfTexts(example, String(actual), at);
  return example === actual ? [] : [`${at} is ${String(actual)}, and the example has ${String(example)}`];
}

function differencesOfTexts(example: string, actual: string, at: string): string[] {
  const known = FORMS.find((one) => one.example.test(example));
  if (known) return known.form.test(actual) ? [] : [`${at} is "${actual}", and must be ${known.name}`];
  return example === actual ? [] : [`${at} is "${actual}", and the example has "${example}"`];
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
