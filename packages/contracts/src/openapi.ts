import type { AnyOperation, Service } from './operation.js';
import { operationsOf } from './operations.js';
import { pathsBeside, STATUSES_BESIDE, webhooksOf } from './openapi/beside-operations.js';
import { describeOperation } from './openapi/describe-operation.js';
import { aboutService } from './openapi/about-service.js';
import { errorComponents, errorStatusesOf } from './openapi/error-responses.js';
import { headerComponents } from './openapi/headers.js';
import { SchemaComponents, type Json } from './openapi/schema-components.js';
import { securitySchemesOf } from './openapi/security.js';
import { errorBodySchema } from './schemas/envelope.js';

export interface OpenApiOptions {
  /** Where the service is reached; its port on this machine by default. */
  serverUrl?: string;
}

/** The contract of a service as an OpenAPI 3.1 document: plain JSON, ready to be served or written. */
export function buildOpenApi(service: Service, options: OpenApiOptions = {}): Json {
  const operations = operationsOf(service);
  const components = new SchemaComponents();
  components.place(errorBodySchema);
  const paths = { ...pathsOf(operations, components), ...pathsBeside(service, components) };
  const webhooks = webhooksOf(service, components);
  const statuses = [...new Set([...operations.flatMap(errorStatusesOf), ...STATUSES_BESIDE])].sort(
    (a, b) => a - b,
  );
  return {
    openapi: '3.1.0',
    ...aboutService(service, options.serverUrl),
    security: [{ bearerAuth: [] }],
    paths,
    ...webhooks,
    components: {
      securitySchemes: securitySchemesOf(service),
      parameters: parameterComponents(operations),
      headers: usedHeaders({ paths, errors: errorComponents(statuses) }),
      responses: errorComponents(statuses),
      schemas: components.all(),
    },
  };
}

function pathsOf(operations: readonly AnyOperation[], components: SchemaComponents): Record<string, Json> {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(operation, components),
    };
  }
  return paths;
}

function parameterComponents(operations: readonly AnyOperation[]): Json {
  return {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'Any text of your own. The same key with the same body gives the first answer again for 24 h; with another body it is 409.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    },
    ...(operations.some(({ errors }) => errors.includes(412))
      ? {
          IfMatch: {
            name: 'If-Match',
            in: 'header',
            description: 'The ETag of what you have read: 412 where it has changed since.',
            schema: { type: 'string', maxLength: 128 },
          },
        }
      : {}),
  };
}

function usedHeaders(document: Json): Json {
  const text = JSON.stringify(document);
  return Object.fromEntries(
    Object.entries(headerComponents).filter(([name]) => text.includes(`"#/components/headers/${name}"`)),
  );
}
