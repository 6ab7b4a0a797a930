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

/** Options of {@link buildOpenApi}. */
export interface OpenApiOptions {
  /** URL of the service; its default port on localhost if absent. */
  serverUrl?: string;
}

/** Builds the OpenAPI 3.1 document of a service as plain JSON. */
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
        'A unique text chosen by the client. For 24 h, the same key with the same body returns the first response again; with a different body it returns 409.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    },
    ...(operations.some(({ errors }) => errors.includes(412))
      ? {
          IfMatch: {
            name: 'If-Match',
            in: 'header',
            description:
              'The ETag of the version you have read. Returns 412 if the resource has changed since.',
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
