import Type, { type Static } from 'typebox';
import { closed, nullable, oneOf, text } from './basics.js';

const verdict = oneOf(['ok', 'away', 'no answer', 'stopping']);

/** Response of `/livez`. */
export const live = Type.Literal('alive');

/** Response of `/readyz`: `ready` or, with `?verbose`, the state of each dependency. */
export const readiness = Type.Union([
  Type.Literal('ready'),
  Type.Unsafe<Record<string, 'ok' | 'away' | 'no answer' | 'stopping'>>({
    type: 'object',
    maxProperties: 32,
    additionalProperties: verdict,
  }),
]);

/** Query of `/readyz`. */
export const readinessQuery = closed({
  verbose: Type.Optional(
    Type.String({ maxLength: 5, description: 'If present, the response lists the state of each dependency' }),
  ),
});

/** Response of `GET /version`. */
const versionSchema = closed(
  {
    version: text(64, { description: 'Version of the program' }),
    commit: nullable(text(64, { description: 'Commit that the program was built from; null if unknown' })),
    node: text(32, { description: 'Version of Node.js' }),
    schema: nullable(
      text(256, { description: 'Newest migration of the service’s database schema; null before the first' }),
    ),
    mode: oneOf(['production', 'development']),
  },
  { title: 'Version' },
);
/** A value of the schema of `GET /version`. */
export type Version = Static<typeof versionSchema>;

/** `GET /version`, the same in both services. */
export const version = {
  method: 'get',
  path: '/version',
  summary: 'Show the version of the service',
  permission: 'self',
  success: {
    status: 200,
    data: versionSchema,
    example: {
      version: '0.2.0',
      commit: '9fceb02d0ae598e95dc970b74767f19372d61af8',
      node: '22.11.0',
      schema: '20261130T1600_claim_by_runner',
      mode: 'production',
    },
  },
  errors: [503],
  addition: true,
} as const;
