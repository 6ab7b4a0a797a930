import Type, { type Static, type TSchema } from 'typebox';
import { annotated } from './annotated.js';
import { closed, id, listOf, text } from './basics.js';

/** What every success is wrapped in. */
export function successEnvelope<Data extends TSchema>(data: Data) {
  return closed({ success: Type.Literal(true), data });
}

/** One fault: where it is (`operations[2].id`; with line and column where a text was parsed) and what is wrong. */
export const errorDetailSchema = closed(
  {
    path: text(512),
    message: text(1024),
    line: Type.Optional(Type.Integer({ minimum: 1 })),
    column: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { title: 'ErrorDetail' },
);
export type ErrorDetail = Static<typeof errorDetailSchema>;

/** What every failure answers with, on any status. */
export const errorBodySchema = closed(
  {
    success: Type.Literal(false),
    error: text(4096, { description: 'One sentence that its reader can act on' }),
    code: text(64, { pattern: '^[a-z][a-z0-9_]*$', description: 'Machine-readable name of the failure' }),
    details: Type.Optional(
      listOf(errorDetailSchema, 20, { description: 'The faults of the input, 20 at most' }),
    ),
    request_id: text(128, { description: 'Also in the X-Request-Id header and in our logs' }),
    decision_id: Type.Optional(
      annotated(id, { description: 'On 403: which decision of the policies refused it' }),
    ),
  },
  { title: 'ErrorBody' },
);
export type ErrorBody = Static<typeof errorBodySchema>;
