import Type from 'typebox';
import { closed, oneOf } from './basics.js';

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
