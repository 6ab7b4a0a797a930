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
export const versionSchema = closed(
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
/** A value of {@link versionSchema}. */
export type Version = Static<typeof versionSchema>;
