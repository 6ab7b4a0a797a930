import { describe, expect, it } from '@jest/globals';
import {
  buildOpenApi,
  controlCenterInternalOperations,
  controlCenterOperations,
  orchestratorOperations,
} from '@provisioning/contracts';
import { isFailure } from '@provisioning/errors';
import type { TSchema } from 'typebox';
import { isKnownPattern } from '../src/pattern-rules.js';
import { schemaCheck } from '../src/validate.js';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$';
const LABEL = '^[A-Za-z0-9][A-Za-z0-9._/-]*$';

/** An object with the field `a` of this schema. */
const field = (schema: object, others: object = {}) => ({
  type: 'object',
  properties: { a: schema },
  ...others,
});
const COMMANDS = {
  type: 'object',
  properties: { type: { type: 'string' }, commands: { type: 'array' }, servers: { type: 'array' } },
  allOf: [
    {
      if: { properties: { type: { const: 'command_batch' } } },
      then: { required: ['commands'], properties: { commands: true, servers: false } },
    },
  ],
};
const ONE_OF_TWO = {
  type: 'object',
  properties: { a: { type: 'string' }, b: { type: 'string' } },
  if: { required: ['b'], properties: { b: true } },
  then: { properties: { a: false } },
  else: { required: ['a'], properties: { a: true } },
};

/** By keyword: a schema, a value that breaks it, and the sentence that the client reads. */
const FAULTS: Readonly<
  Record<string, readonly (readonly [schema: object, value: unknown, error: string])[]>
> = {
  required: [[field({}, { required: ['a'] }), {}, 'a is required.']],
  additionalProperties: [
    [
      { type: 'object', properties: { name: {} }, additionalProperties: false },
      { nam: 1 },
      'Unknown field "nam". Did you mean "name"?',
    ],
    [
      field({ type: 'object', properties: {}, additionalProperties: false }),
      { a: { x: 1 } },
      'Unknown field "a.x".',
    ],
  ],
  type: [
    [field({ type: 'string' }), { a: 1 }, 'a must be a string.'],
    [field({ type: 'integer' }), { a: 1.5 }, 'a must be a whole number.'],
    [field({ type: 'number' }), { a: '1' }, 'a must be a number.'],
    [field({ type: 'boolean' }), { a: 'yes' }, 'a must be true or false.'],
    [field({ type: 'array', items: { type: 'object' } }), { a: [{}, 1] }, 'a[1] must be an object.'],
    [field({ type: 'array' }), { a: {} }, 'a must be a list.'],
    [{ type: 'object' }, [], 'The body must be an object.'],
  ],
  const: [[field({ const: 'ping' }), { a: 'pong' }, 'a must be "ping".']],
  enum: [[field({ enum: ['x', 'y'] }), { a: 'z' }, 'a must be one of "x", "y".']],
  pattern: [
    [field({ type: 'string', pattern: UUID }), { a: '1' }, 'a must be a UUID.'],
    [
      field({ type: 'string', pattern: NAME }),
      { a: '-' },
      'a must start with a letter or digit and contain only letters, digits, ".", "_" and "-" (63 characters at most).',
    ],
    [
      field({ type: 'string', pattern: '^(One|Two)(,(One|Two))*$' }),
      { a: 'Three' },
      'a must be one or more of One, Two, separated by commas.',
    ],
  ],
  format: [
    [field({ type: 'string', format: 'date-time' }), { a: 'x' }, 'a must be a time (2026-01-31T12:00:00Z).'],
    [field({ type: 'string', format: 'date' }), { a: 'x' }, 'a must be a day (2026-01-31).'],
    [field({ type: 'string', format: 'email' }), { a: 'x' }, 'a must be an e-mail address.'],
    [field({ type: 'string', format: 'uri' }), { a: 'x y' }, 'a must be a URL.'],
  ],
  minLength: [
    [field({ type: 'string', minLength: 1 }), { a: '' }, 'a must not be empty.'],
    [field({ type: 'string', minLength: 3 }), { a: 'x' }, 'a must have at least 3 characters.'],
  ],
  maxLength: [[field({ type: 'string', maxLength: 1 }), { a: 'xy' }, 'a must have at most 1 character.']],
  minimum: [[field({ type: 'integer', minimum: 1 }), { a: 0 }, 'a must be at least 1.']],
  maximum: [
    [field({ type: 'integer', maximum: 9 }), { a: 10 }, 'a must be at most 9.'],
    [field({ type: 'integer', minimum: 1, maximum: 9 }), { a: 10 }, 'a must be from 1 to 9.'],
  ],
  minItems: [[field({ type: 'array', minItems: 1 }), { a: [] }, 'a must have at least 1 item.']],
  maxItems: [[field({ type: 'array', maxItems: 2 }), { a: [1, 2, 3] }, 'a must have at most 2 items.']],
  uniqueItems: [
    [
      field({ type: 'array', uniqueItems: true }),
      { a: ['x', 'y', 'x'] },
      'a must not repeat an item: items 0 and 2 are equal.',
    ],
  ],
  minProperties: [[{ type: 'object', minProperties: 1 }, {}, 'The body must have at least 1 field.']],
  maxProperties: [
    [field({ type: 'object', maxProperties: 1 }), { a: { b: 1, c: 2 } }, 'a must have at most 1 field.'],
  ],
  propertyNames: [
    [
      field({ type: 'object', propertyNames: { type: 'string', pattern: LABEL } }),
      { a: { '-b': 1 } },
      'a.-b is not an allowed name: it must start with a letter or digit and contain only letters, digits, ".", "_", "/" and "-".',
    ],
  ],
  anyOf: [
    [field({ anyOf: [{ type: 'string' }, { type: 'null' }] }), { a: 1 }, 'a must be a string or null.'],
    [
      field({
        anyOf: [
          { type: 'string', format: 'date-time' },
          { type: 'string', format: 'date' },
        ],
      }),
      { a: 'x' },
      'a must be a time (2026-01-31T12:00:00Z) or a day (2026-01-31).',
    ],
    // The fault of a part says more than that the whole is not null.
    [
      field({ anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }] }),
      { a: [1] },
      'a[0] must be a string.',
    ],
  ],
  if: [
    [
      field({ type: 'array', items: COMMANDS }),
      { a: [{ type: 'command_batch', commands: [], servers: [] }] },
      'a[0].servers is not allowed for type "command_batch".',
    ],
    [COMMANDS, { type: 'command_batch' }, 'commands is required for type "command_batch".'],
    [ONE_OF_TWO, { a: 'x', b: 'y' }, 'a is not allowed together with b.'],
    [ONE_OF_TWO, {}, 'a is required.'],
  ],
};

/** Keywords that only contain other schemas: their faults belong to the keywords in those. */
const CONTAINERS = ['properties', 'items', 'allOf', 'then', 'else'];
/** Keywords that describe and check nothing. */
const ANNOTATIONS = [
  'title',
  'description',
  'default',
  'example',
  'examples',
  'deprecated',
  'readOnly',
  '$ref',
];

describe('a fault of a value', () => {
  const cases = Object.entries(FAULTS).flatMap(([keyword, list]) =>
    list.map(([schema, value, error]) => [keyword, error, schema, value] as const),
  );
  it.each(cases)('of %s is the sentence: %s', (_keyword, error, schema, value) => {
    expect(faultOf(schema, value)).toEqual([error]);
  });

  it('is followed by the number of the other faults', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'null' } } };
    expect(() => schemaCheck(schema as TSchema, 'invalid', 'The body')({ a: 1, b: 1 })).toThrow(
      /^a must be a string\. \(1 more in details\.\)$/,
    );
  });
});

describe('the contract', () => {
  const { keywords, patterns } = usedInContract();

  it('uses only keywords whose faults are rendered above', () => {
    const known = [...Object.keys(FAULTS), ...CONTAINERS, ...ANNOTATIONS];
    expect([...keywords].filter((keyword) => !known.includes(keyword))).toEqual([]);
    expect(Object.keys(FAULTS).filter((keyword) => !keywords.has(keyword))).toEqual([]);
  });

  it.each([...patterns])('has a rule in words for the pattern %s', (pattern) => {
    expect(isKnownPattern(pattern)).toBe(true);
  });
});

/** The sentence of each fault, in their order. */
function faultOf(schema: object, value: unknown): string[] {
  const faults: string[] = [];
  try {
    schemaCheck(schema as TSchema, 'invalid', 'The body')(value);
  } catch (error) {
    if (!isFailure(error)) throw error;
    expect(error.details).toHaveLength(1);
    faults.push(error.message);
  }
  return faults;
}

/** Every keyword and pattern in the schemas of both OpenAPI documents and of the internal operations. */
function usedInContract(): { keywords: Set<string>; patterns: Set<string> } {
  const keywords = new Set<string>();
  const patterns = new Set<string>();
  const addSchema = (schema: unknown): void => {
    if (Array.isArray(schema)) return schema.forEach(addSchema);
    if (typeof schema !== 'object' || schema === null) return;
    for (const [keyword, value] of Object.entries(schema)) {
      keywords.add(keyword);
      if (keyword === 'pattern') patterns.add(String(value));
      if (keyword === 'properties') Object.values(value as object).forEach(addSchema);
      else if (!ANNOTATIONS.includes(keyword) && !['enum', 'const', 'required'].includes(keyword))
        addSchema(value);
    }
  };
  /** Schemas stand below `schema` and in the components of an OpenAPI document. */
  const findSchemas = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [name, value] of Object.entries(part)) {
      if (name === 'schema') addSchema(value);
      else if (name === 'schemas') Object.values(value as object).forEach(addSchema);
      else findSchemas(value);
    }
  };
  for (const service of ['orchestrator', 'control-center'] as const) findSchemas(buildOpenApi(service));
  for (const { params, query, body } of [
    ...orchestratorOperations,
    ...controlCenterOperations,
    ...controlCenterInternalOperations,
  ])
    [params, query, body].forEach(addSchema);
  return { keywords, patterns };
}
