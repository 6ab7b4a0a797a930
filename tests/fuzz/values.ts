import fc, { type Arbitrary } from 'fast-check';

export type Json = Record<string, unknown>;

/** Generates values for the JSON Schemas of one OpenAPI document: valid ones, or nearly so. */
export class Values {
  constructor(private readonly document: Json) {}

  /** The schema that a reference names; any other schema unchanged. */
  resolve<T extends Json>(node: Json): T {
    let found = node;
    while (typeof found['$ref'] === 'string') {
      const path = found['$ref'].slice(2).split('/');
      const target = path.reduce<unknown>(
        (at, key) => (at as Json)[key.replaceAll('~1', '/').replaceAll('~0', '~')],
        this.document,
      );
      found = target as Json;
    }
    return found as T;
  }

  /** Values that the schema's own keywords allow. Their combination may still refuse some of them. */
  valid(schema: Json, depth = 0): Arbitrary<unknown> {
    const node = this.resolve(schema);
    if ('const' in node) return fc.constant(node['const']);
    if (Array.isArray(node['enum'])) return fc.constantFrom(...(node['enum'] as unknown[]));
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const branches = node[keyword] as Json[] | undefined;
      if (branches && !('properties' in node))
        return fc.oneof(...branches.map((one) => this.valid(one, depth)));
    }
    const types = [node['type'] ?? 'object'].flat() as string[];
    return fc.oneof(...types.map((type) => this.#ofType(type, node, depth)));
  }

  #ofType(type: string, node: Json, depth: number): Arbitrary<unknown> {
    switch (type) {
      case 'string':
        return text(node);
      case 'integer':
        return fc.integer({ min: lowest(node), max: highest(node) });
      case 'number':
        return fc.double({ min: lowest(node), max: highest(node), noNaN: true, noDefaultInfinity: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array': {
        const minLength = Number(node['minItems'] ?? 0);
        const items = depth > 6 ? fc.constant(null) : this.valid((node['items'] ?? {}) as Json, depth + 1);
        return fc.array(items, { minLength, maxLength: Math.max(minLength, 3) });
      }
      default:
        return this.#object(node, depth);
    }
  }

  #object(node: Json, depth: number): Arbitrary<unknown> {
    const properties = (node['properties'] ?? {}) as Record<string, Json>;
    const members = Object.fromEntries(
      Object.entries(properties)
        .filter(([, member]) => (member as unknown) !== false)
        .map(([name, member]) => [name, depth > 6 ? fc.constant(null) : this.valid(member, depth + 1)]),
    );
    const required = ((node['required'] ?? []) as string[]).filter((name) => name in members);
    return fc.record(members, { requiredKeys: required });
  }
}

function lowest(node: Json): number {
  return Math.max(Number(node['minimum'] ?? node['exclusiveMinimum'] ?? -1_000_000), -1_000_000_000);
}

function highest(node: Json): number {
  return Math.min(Number(node['maximum'] ?? node['exclusiveMaximum'] ?? 1_000_000), 1_000_000_000);
}

const FORMATS: Record<string, Arbitrary<string>> = {
  uuid: fc.uuid({ version: 7 }),
  email: fc.emailAddress(),
  uri: fc.webUrl(),
  'date-time': fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
};

function text(node: Json): Arbitrary<string> {
  const minLength = Number(node['minLength'] ?? 0);
  const maxLength = Math.min(Number(node['maxLength'] ?? 40), Math.max(40, minLength));
  const format = FORMATS[String(node['format'])];
  if (format) return format;
  if (typeof node['pattern'] === 'string') {
    try {
      return fc
        .stringMatching(new RegExp(node['pattern'], 'u'), { size: '-1' })
        .filter((one) => one.length >= minLength && one.length <= Number(node['maxLength'] ?? Infinity));
    } catch {
      // A pattern that cannot be generated (look-ahead): words are used instead.
      return fc.constantFrom('production', 'web-01', 'config.ncl', 'a.b/c.toml', '1.0.0');
    }
  }
  return fc.string({ minLength, maxLength, unit: fc.constantFrom('a', 'B', '7', '-', '.', ' ', 'é', '😀') });
}

/** Values that are known to break programs. */
export const AWKWARD: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, 2 ** 53, '', ' ', '\u0000', '\ud800', '𝔘', '--help', '../../etc/passwd'],
  ...['${7*7}', "' or 1=1 --", '%00', 'a'.repeat(5_000), [], {}, [[]], { __proto__x: 1 }],
  JSON.parse('{"__proto__": {"admin": true}}') as unknown,
];

/** The value with one part changed: left out, replaced by an awkward value, or with an unknown member added. */
export function spoilt(value: unknown): Arbitrary<unknown> {
  const awkward = fc.constantFrom(...AWKWARD);
  if (Array.isArray(value)) {
    const items = value as unknown[];
    const longer = awkward.map((one) => [...items, one] as unknown);
    if (items.length === 0) return fc.oneof(awkward, longer);
    const one = fc
      .nat({ max: items.length - 1 })
      .chain((index) => spoilt(items[index]).map((part) => items.with(index, part) as unknown));
    return fc.oneof(awkward, one, longer);
  }
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value);
    const stranger = awkward.map((one) => ({ ...value, stranger: one }));
    if (names.length === 0) return fc.oneof(awkward, stranger);
    const name = fc.constantFrom(...names);
    return fc.oneof(
      stranger,
      name.map((one) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== one))),
      name.chain((one) => spoilt((value as Json)[one]).map((made) => ({ ...value, [one]: made }))),
    );
  }
  return awkward;
}
