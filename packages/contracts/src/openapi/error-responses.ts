import type { Operation } from '../operation.js';
import { headers, RATE_HEADERS } from './headers.js';
import type { Json } from './schema-components.js';

interface ErrorResponse {
  name: string;
  description: string;
  example: { error: string; code: string; details?: Json[] };
  headers?: string[];
}

const responses: Record<number, ErrorResponse> = {
  400: {
    name: 'BadRequest',
    description:
      'JSON that cannot be read, a query or path parameter that is not valid, or a query parameter that the operation does not declare',
    example: {
      error: 'The query is not valid: limit must be <= 1000.',
      code: 'bad_parameter',
      details: [{ path: 'limit', message: 'must be <= 1000' }],
    },
  },
  401: {
    name: 'Unauthorized',
    description: 'No token, or one that is not valid, has expired or was revoked',
    example: { error: 'The token has expired: sign in again.', code: 'unauthenticated' },
    headers: ['WWW-Authenticate'],
  },
  403: {
    name: 'Forbidden',
    description: 'The policies say no, or the token is not good for this',
    example: { error: 'The policies do not allow you to create servers:production.', code: 'forbidden' },
  },
  404: {
    name: 'NotFound',
    description: 'There is nothing with that id',
    example: { error: 'There is no task 0199a3c5-7f10-7c3e-9c1d-3f1a2b4c5d6e.', code: 'not_found' },
  },
  406: {
    name: 'NotAcceptable',
    description: 'A version of the API that there is not',
    example: { error: 'There is no version v2 of this API: ask for v1.', code: 'not_acceptable' },
  },
  409: {
    name: 'Conflict',
    description: 'What it is now does not allow it, or the Idempotency-Key was sent with another body before',
    example: { error: 'The task has already ended: it is Completed.', code: 'conflict' },
  },
  412: {
    name: 'PreconditionFailed',
    description: 'It has changed since the `If-Match` that was sent',
    example: { error: 'It has changed meanwhile: read it again.', code: 'precondition_failed' },
  },
  413: {
    name: 'PayloadTooLarge',
    description: 'The body is larger than this operation takes',
    example: {
      error: 'The body is larger than the 102400 bytes that this operation takes.',
      code: 'too_large',
    },
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not JSON',
    example: { error: 'The body must be sent as application/json.', code: 'unsupported_media_type' },
  },
  422: {
    name: 'UnprocessableEntity',
    description: 'The body breaks its schema or makes no sense; `details` list the faults',
    example: {
      error: 'The body is not what this operation takes: infra is missing.',
      code: 'validation_failed',
      details: [{ path: 'infra', message: 'is missing' }],
    },
  },
  429: {
    name: 'TooManyRequests',
    description: 'The budget of this minute is used up',
    example: {
      error: 'Too many requests: 100 a minute are allowed here. Try again in 30 s.',
      code: 'rate_limited',
    },
    headers: ['Retry-After', ...RATE_HEADERS],
  },
  500: {
    name: 'InternalServerError',
    description: 'A fault of ours; the request id leads to it in the logs',
    example: { error: 'Internal server error.', code: 'internal' },
  },
  503: {
    name: 'ServiceUnavailable',
    description: 'Something this service needs is away; the same request may succeed later',
    example: { error: 'The database is away: try again in 2 s.', code: 'unavailable' },
    headers: ['Retry-After'],
  },
};

/** Every status that an operation may fail with: its own, and those that follow from its declaration. */
export function errorStatusesOf(operation: Operation): number[] {
  const { permission, rateClass, body } = operation;
  // A query parameter that is not declared is 400 everywhere.
  const statuses = new Set<number>([400, 406, 500, ...operation.errors]);
  if (permission !== 'public') statuses.add(401);
  // Where the policies are not asked, an API token may be the wrong one to ask with, or a second factor be missing.
  if (permission !== 'public' && permission !== 'service') statuses.add(403);
  if (body) for (const status of [413, 415, 422]) statuses.add(status);
  if (operation.idempotent) statuses.add(409);
  if (rateClass !== 'none') for (const status of [429, 503]) statuses.add(status);
  return [...statuses].sort((a, b) => a - b);
}

export function errorReferences(statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${of(status).name}` }]),
  );
}

/** `components.responses`: those of the statuses that occur. */
export function errorComponents(statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map(of).map(({ name, description, example, headers: own = [] }) => [
      name,
      {
        description,
        headers: headers('X-Request-Id', ...own),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/ErrorBody' },
            example: { success: false, ...example, request_id: '0199a3c5-7f10-7c3e-9c1d-3f1a2b4c5d6e' },
          },
        },
      },
    ]),
  );
}

function of(status: number): ErrorResponse {
  const response = responses[status];
  if (!response) throw new Error(`No response is described for status ${status}.`);
  return response;
}
