import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import { SchemaComponents, type Json } from './openapi/schema-components.js';
import { buildOpenApi } from './openapi.js';
import { openApiFiles } from './openapi-files.js';
import { operationsOf } from './operations.js';

interface Described extends Json {
  operationId: string;
  security?: unknown[];
  parameters?: Json[];
  responses: Record<string, { $ref?: string; headers?: Json; content?: Record<string, Json> }>;
}

const SERVICES = ['orchestrator', 'control-center'] as const;

function operationsIn(document: Json): Map<string, Described> {
  const paths = document['paths'] as Record<string, Record<string, Described>>;
  return new Map(
    Object.values(paths).flatMap((methods) => Object.values(methods).map((one) => [one.operationId, one])),
  );
}

function described(document: Json, id: string): Described {
  const operation = operationsIn(document).get(id);
  if (!operation) throw new Error(`${id} is not in the document`);
  return operation;
}

describe('the committed documents', () => {
  it.each(openApiFiles())('$name is what the contract says (if not, run `npm run generate`)', (file) => {
    const committed = readFileSync(new URL(`../openapi/${file.name}`, import.meta.url), 'utf8');
    // Not toBe: the difference of two texts of this size takes a minute to print.
    expect(committed === file.content).toBe(true);
  });
});

describe.each(SERVICES)('the document of the %s', (service) => {
  const document = buildOpenApi(service);
  const text = JSON.stringify(document);

  it('describes each operation once, and the paths that are not operations', () => {
    const beside = service === 'orchestrator' ? ['getMetrics', 'connectWebSocket'] : ['getMetrics'];
    expect([...operationsIn(document).keys()].sort()).toEqual(
      [...operationsOf(service).map(({ id }) => id), ...beside].sort(),
    );
  });

  it('contains no dangling reference', () => {
    const missing = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].filter(([, path]) => {
      const target = String(path)
        .split('/')
        .reduce<unknown>((node, key) => (node as Json | undefined)?.[key], document);
      return target === undefined;
    });
    expect(missing).toEqual([]);
  });

  it('requires a token for every operation that is not public', () => {
    expect(document['security']).toEqual([{ bearerAuth: [] }]);
    for (const { id, permission } of operationsOf(service)) {
      expect(described(document, id).security).toEqual(permission === 'public' ? [] : undefined);
    }
  });

  it('describes every failure with the same error body', () => {
    for (const { id, errors } of operationsOf(service)) {
      const { responses } = described(document, id);
      for (const status of errors) expect(responses[status]?.$ref).toMatch(/^#\/components\/responses\//);
    }
    const { responses } = document['components'] as { responses: Record<string, Json> };
    expect(JSON.stringify(responses['NotFound'])).toContain('"$ref":"#/components/schemas/ErrorBody"');
  });
});

describe('an operation in the document', () => {
  const document = buildOpenApi('orchestrator');

  it('shows the example of the API document in the envelope', () => {
    const { content } = described(document, 'getSystemHealth').responses['200'] ?? {};
    expect(content?.['application/json']?.['example']).toMatchObject({
      success: true,
      data: { overall_status: 'Healthy' },
    });
  });

  it('names the headers of a page', () => {
    const { headers } = described(document, 'listTasks').responses['200'] ?? {};
    expect(Object.keys(headers ?? {})).toEqual(
      expect.arrayContaining([
        'X-Request-Id',
        'X-RateLimit-Limit',
        'X-Total-Count',
        'X-Limit',
        'X-Offset',
        'Link',
      ]),
    );
  });

  it('returns 201 with a Location if it creates a resource, and accepts an Idempotency-Key', () => {
    const { responses, parameters } = described(document, 'createCheckpoint');
    expect(Object.keys(responses['201']?.headers ?? {})).toEqual(
      expect.arrayContaining(['Location', 'Idempotent-Replayed']),
    );
    expect(parameters).toContainEqual({ $ref: '#/components/parameters/IdempotencyKey' });
  });

  it('names its permission and its rate class', () => {
    expect(described(document, 'executeBatch')).toMatchObject({
      'x-permission': { resource: 'batches:{body.name}', action: 'execute' },
      'x-rate-class': 'batch',
    });
  });

  it('lists the given server URL', () => {
    expect(buildOpenApi('orchestrator', { serverUrl: 'https://api.test' })['servers']).toEqual([
      { url: 'https://api.test' },
    ]);
  });
});

describe('the named schemas', () => {
  it('must be unique: two different schemas with the same title are rejected', () => {
    const components = new SchemaComponents();
    components.place(Type.Object({ a: Type.String() }, { title: 'Thing' }));
    expect(() => components.place(Type.Object({ b: Type.String() }, { title: 'Thing' }))).toThrow(
      'Two different schemas have the title Thing',
    );
  });

  it('are referenced wherever they are used, with the default of that place', () => {
    const components = new SchemaComponents();
    const state = Type.Enum(['on', 'off'], { type: 'string', title: 'State', default: 'on' });
    expect(components.place(Type.Array(state))).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/State', default: 'on' },
    });
    expect(components.all()).toEqual({ State: { type: 'string', enum: ['on', 'off'] } });
  });
});
