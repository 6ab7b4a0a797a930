export type SchemaNode = Record<string, unknown>;

const MANY = ['anyOf', 'oneOf', 'allOf'];
const ONE = ['items', 'additionalProperties', 'propertyNames'];

/** Every schema within a schema that describes a value, with its place: `body.operations[].id`. */
export function* schemaNodes(schema: unknown, place: string): Generator<[string, SchemaNode]> {
  if (typeof schema !== 'object' || schema === null) return;
  const node = schema as SchemaNode;
  // Branches that only narrow the schema around them have no type: they are checked there.
  if ('type' in node || 'const' in node || 'enum' in node) yield [place, node];
  const properties = (node['properties'] ?? {}) as SchemaNode;
  for (const [name, member] of Object.entries(properties)) yield* schemaNodes(member, `${place}.${name}`);
  for (const keyword of ONE)
    yield* schemaNodes(node[keyword], keyword === 'items' ? `${place}[]` : `${place}.*`);
  for (const keyword of MANY) {
    for (const branch of (node[keyword] ?? []) as unknown[]) yield* schemaNodes(branch, place);
  }
}
