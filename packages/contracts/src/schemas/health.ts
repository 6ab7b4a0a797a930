import Type from 'typebox';
import { closed, oneOf } from './basics.js';

const verdict = oneOf(['ok', 'away', 'no answer', 'stopping']);

export const live = Type.Literal('alive');

/** `ready`, or with `?verbose` what each thing it needs is like. */
export const readiness = Type.Union([
  Type.Literal('ready'),
  Type.Unsafe<Record<string, 'ok' | 'away' | 'no answer' | 'stopping'>>({
    type: 'object',
    maxProperties: 32,
    additionalProperties: verdict,
  }),
]);

export const readinessQuery = closed({
  verbose: Type.Optional(
    Type.String({ maxLength: 5, description: 'Present: tells about each thing it needs' }),
  ),
});
