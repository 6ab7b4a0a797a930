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
    description: 'Malformed JSON, an invalid query or path parameter, or an unknown query parameter',
    example: {
      error: 'limit must be from 1 to 1000.',
      code: 'bad_parameter',
      details: [{ path: 'limit', message: 'must be from 1 to 1000' }],
    },
  },
  401: {
    name: 'Unauthorized',
    description: 'The token is missing, invalid, expired or revoked',
    example: { error: 'The token has expired. Sign in again.', code: 'unauthenticated' },
    headers: ['WWW-Authenticate'],
  },
  403: {
    name: 'Forbidden',
    description:
      'Denied by the policies, not allowed with this token, or `approval_required`: allowed only through an approved plan, with what `approvals` lists',
    example: { error: 'The policies do not allow you to create servers:production.', code: 'forbidden' },
  },
  404: {
    name: 'NotFound',
    description: 'The resource does not exist',
    example: { error: 'Task 0199a3c5-7f10-7c3e-9c1d-3f1a2b4c5d6e does not exist.', code: 'not_found' },
  },
  406: {
    name: 'NotAcceptable',
    description: 'The requested API version does not exist',
    example: { error: 'API version v2 does not exist. Use v1.', code: 'not_acceptable' },
  },
  409: {
    name: 'Conflict',
    description:
      'The current state does not allow the operation, or the Idempotency-Key was used with a different body',
    example: { error: 'The task has already ended with status Completed.', code: 'conflict' },
  },
  412: {
    name: 'PreconditionFailed',
    description: 'The resource has changed since the version in `If-Match`',
    example: {
      error: 'The resource has changed. Read it again and repeat the change.',
      code: 'precondition_failed',
    },
  },
  413: {
    name: 'PayloadTooLarge',
    description: 'The request body is larger than the operation allows',
    example: {
      error: 'The body must be at most 102400 bytes.',
      code: 'too_large',
    },
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The request body is not JSON',
    example: { error: 'The body must be sent as application/json.', code: 'unsupported_media_type' },
  },
  422: {
    name: 'UnprocessableEntity',
    description: 'The request body is invalid; `details` lists the faults',
    example: {
      error: 'The body is not valid: infra is required.',
      code: 'validation_failed',
      details: [{ path: 'infra', message: 'is required' }],
    },
  },
  429: {
    name: 'TooManyRequests',
    description: 'The rate limit is exceeded',
    example: {
      error: 'The rate limit of 100 requests a minute is exceeded. Try again in 30 s.',
      code: 'rate_limited',
    },
    headers: ['Retry-After', ...RATE_HEADERS],
  },
  500: {
    name: 'InternalServerError',
    description: 'An internal error; the request id identifies it in the logs',
    example: { error: 'Internal server error.', code: 'internal' },
  },
  503: {
    name: 'ServiceUnavailable',
    description: 'A service that this one depends on is unavailable; try again later',
    example: { error: 'The database is unavailable. Try again in 2 s.', code: 'unavailable' },
    headers: ['Retry-After'],
  },
};

/** Every error status of an operation, ascending: those it declares and those that follow from its declaration. */
export function errorStatusesOf(operation: Operation): number[] {
  const { permission, rateClass, body } = operation;
  // An undeclared query parameter returns 400 everywhere.
  const statuses = new Set<number>([400, 406, 500, ...operation.errors]);
  if (permission !== 'public') statuses.add(401);
  // Operations that ask no policy still reject API tokens and users who have yet to enroll in MFA.
  if (permission !== 'public' && permission !== 'service') statuses.add(403);
  if (body) for (const status of [413, 415, 422]) statuses.add(status);
  if (operation.idempotent) statuses.add(409);
  if (rateClass !== 'none') for (const status of [429, 503]) statuses.add(status);
  return [...statuses].sort((a, b) => a - b);
}

/** `responses` of an operation that fails with these statuses. @throws Error for a status without a description */
export function errorReferences(statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${of(status).name}` }]),
  );
}

/** `components.responses` for these statuses. @throws Error for a status without a description */
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
