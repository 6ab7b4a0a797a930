import type { Operation } from '../operation.js';
import type { Json } from './schema-components.js';

const text = (maxLength: number) => ({ type: 'string', maxLength });
const integer = { type: 'integer', minimum: 0 };

/** `components.headers`: each is described once and referenced by the responses that have it. */
export const headerComponents: Record<string, Json> = {
  'X-Request-Id': {
    description: 'Identifies this request in the logs; echoes the id that the client sent, if any',
    schema: text(128),
  },
  'X-RateLimit-Limit': { description: 'Requests allowed per minute', schema: integer, example: 100 },
  'X-RateLimit-Remaining': {
    description: 'Requests remaining in the current window',
    schema: integer,
    example: 95,
  },
  'X-RateLimit-Reset': {
    description: 'When the limit resets, in seconds since the Unix epoch',
    schema: integer,
    example: 1632150000,
  },
  'X-Total-Count': { description: 'Total number of results', schema: integer, example: 1500 },
  'X-Limit': { description: 'The applied limit', schema: integer, example: 50 },
  'X-Offset': {
    description: 'The applied offset; absent if the page starts after an item',
    schema: integer,
    example: 100,
  },
  'X-First-Line': {
    description: 'Number of the first stored line; 0 without any',
    schema: integer,
    example: 1,
  },
  'X-Last-Line': {
    description: 'Number of the last stored line; 0 without any',
    schema: integer,
    example: 12000,
  },
  Link: {
    description:
      'Links to the next, previous, first and last pages (RFC 8288). A page that starts after an item links to the next and the first only',
    schema: text(8192),
    example: '</api/endpoint?offset=150&limit=50>; rel="next"',
  },
  Location: { description: 'Path of the created resource', schema: text(2048) },
  ETag: {
    description: 'Version of the resource; send it as `If-Match` to update this version',
    schema: text(128),
  },
  'Idempotent-Replayed': {
    description: '`true` if this is a repeated response to an idempotent request',
    schema: { type: 'string', enum: ['true'] },
  },
  'Retry-After': { description: 'Seconds to wait before trying again', schema: integer, example: 30 },
  'WWW-Authenticate': { description: 'The authentication scheme', schema: text(256), example: 'Bearer' },
};

/** References to these headers of {@link headerComponents}. */
export function headers(...names: string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The headers of every rate-limited response. */
export const RATE_HEADERS = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];

/** The headers of a successful response of an operation. */
export function successHeaders({ success, idempotent, rateClass }: Operation): Json {
  return headers(
    'X-Request-Id',
    ...(rateClass === 'none' ? [] : RATE_HEADERS),
    ...(success.list ? ['X-Total-Count', 'X-Limit', 'X-Offset', 'Link'] : []),
    ...(success.headers ?? []),
    ...(success.location ? ['Location'] : []),
    ...(idempotent ? ['Idempotent-Replayed'] : []),
  );
}
