import type { TObject } from 'typebox';
import type { Operation } from '../operation.js';
import { successEnvelope } from '../schemas/envelope.js';
import { errorReferences, errorStatusesOf } from './error-responses.js';
import { headers, successHeaders } from './headers.js';
import type { Json, SchemaComponents } from './schema-components.js';

/** The OpenAPI operation object of an operation. */
export function describeOperation(operation: Operation, components: SchemaComponents): Json {
  const { id, tag, summary, description, permission, rateClass } = operation;
  const parameters = describeParameters(operation, components);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(permission === 'public' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body ? { requestBody: describeBody(operation, components) } : {}),
    responses: {
      [operation.success.status]: describeSuccess(operation, components),
      ...errorReferences(errorStatusesOf(operation)),
    },
    'x-permission': permission,
    'x-rate-class': rateClass,
    ...(operation.success.list ? { 'x-cursor': operation.success.list } : {}),
  };
}

function describeParameters(operation: Operation, components: SchemaComponents): Json[] {
  const shared = [
    ...(operation.idempotent ? ['IdempotencyKey'] : []),
    ...(operation.errors.includes(412) ? ['IfMatch'] : []),
  ];
  return [
    ...parametersIn('path', operation.params, components),
    ...parametersIn('query', operation.query, components),
    ...shared.map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}

function parametersIn(
  where: 'path' | 'query',
  schema: TObject | undefined,
  components: SchemaComponents,
): Json[] {
  return Object.entries(schema?.properties ?? {}).map(([name, member]) => {
    // Safe cast: an object schema stays an object.
    const { description, ...rest } = components.place(member) as Json;
    return {
      name,
      in: where,
      ...(where === 'path' ? { required: true } : {}),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function describeBody({ body, example, moreExamples }: Operation, components: SchemaComponents): Json {
  const examples = { documented: example, ...moreExamples };
  const shown =
    moreExamples === undefined
      ? { example }
      : { examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])) };
  return {
    required: true,
    content: {
      'application/json': {
        // Safe cast: schemas are objects.
        schema: components.place(body as object),
        ...(example === undefined ? {} : shown),
      },
    },
  };
}

function describeSuccess(operation: Operation, components: SchemaComponents): Json {
  const { status, data, example, alsoAs = [] } = operation.success;
  return {
    description: status === 201 ? 'Resource created successfully' : 'Successful request',
    headers: { ...successHeaders(operation), ...(operation.errors.includes(412) ? headers('ETag') : {}) },
    content: {
      'application/json': {
        schema: components.place(successEnvelope(data)),
        ...(example === undefined ? {} : { example: { success: true, data: example } }),
      },
      ...Object.fromEntries(alsoAs.map((mediaType) => [mediaType, { schema: { type: 'string' } }])),
    },
  };
}
