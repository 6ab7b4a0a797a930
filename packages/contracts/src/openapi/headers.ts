import type { Operation } from '../operation.js';
import type { Json } from './schema-components.js';

const text = (maxLength: number) => ({ type: 'string', maxLength });
const integer = { type: 'integer', minimum: 0 };

/** `components.headers`: described once, referred to by every response that has them. */
export const headerComponents: Record<string, Json> = {
  'X-Request-Id': {
    description: 'Names this request in our logs; yours, where you sent one',
    schema: text(128),
  },
  'X-RateLimit-Limit': { description: 'Requests allowed in a minute', schema: integer, example: 100 },
  'X-RateLimit-Remaining': { description: 'Requests left of them', schema: integer, example: 95 },
  'X-RateLimit-Reset': {
    description: 'When they are all back: seconds since the epoch',
    schema: integer,
    example: 1632150000,
  },
  'X-Total-Count': { description: 'How many results there are in all', schema: integer, example: 1500 },
  'X-Limit': { description: 'The limit that was applied', schema: integer, example: 50 },
  'X-Offset': {
    description: 'The offset that was applied; absent where the page begins after a row',
    schema: integer,
    example: 100,
  },
  Link: {
    description:
      'Where the next, previous, first and last pages are (RFC 8288); of a page that begins after a row: the next and the first',
    schema: text(8192),
    example: '</api/endpoint?offset=150&limit=50>; rel="next"',
  },
  Location: { description: 'Path of what was made', schema: text(2048) },
  ETag: { description: 'What it is now; send it back as `If-Match`', schema: text(128) },
  'Idempotent-Replayed': {
    description: '`true` where this is the first answer once more',
    schema: { type: 'string', enum: ['true'] },
  },
  'Retry-After': { description: 'Seconds after which to try again', schema: integer, example: 30 },
  'WWW-Authenticate': { description: 'How to sign in', schema: text(256), example: 'Bearer' },
};

export function headers(...names: string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

export const RATE_HEADERS = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];

/** What a success of an operation carries beside its body. */
export function successHeaders({ success, idempotent, rateClass }: Operation): Json {
  return headers(
    'X-Request-Id',
    ...(rateClass === 'none' ? [] : RATE_HEADERS),
    ...(success.list ? ['X-Total-Count', 'X-Limit', 'X-Offset', 'Link'] : []),
    ...(success.location ? ['Location'] : []),
    ...(idempotent ? ['Idempotent-Replayed'] : []),
  );
}
