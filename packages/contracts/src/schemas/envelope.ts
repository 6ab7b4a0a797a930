import Type, { type Static, type TSchema } from 'typebox';
import { annotated } from './annotated.js';
import { approvalRequirementSchema } from './approval.js';
import { closed, id, listOf, text } from './basics.js';

/** The envelope of every successful response. */
export function successEnvelope<Data extends TSchema>(data: Data) {
  return closed({ success: Type.Literal(true), data });
}

/** One fault: its path (`operations[2].id`; with line and column for a parsed text) and what is wrong. */
export const errorDetailSchema = closed(
  {
    path: text(512),
    message: text(1024),
    line: Type.Optional(Type.Integer({ minimum: 1 })),
    column: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { title: 'ErrorDetail' },
);
/** A value of {@link errorDetailSchema}. */
export type ErrorDetail = Static<typeof errorDetailSchema>;

/** The body of every error response. */
export const errorBodySchema = closed(
  {
    success: Type.Literal(false),
    error: text(4096, { description: 'What is wrong and what to do about it' }),
    code: text(64, { pattern: '^[a-z][a-z0-9_]*$', description: 'Machine-readable error code' }),
    details: Type.Optional(
      listOf(errorDetailSchema, 20, { description: 'The faults of the input, at most 20' }),
    ),
    request_id: text(128, { description: 'Also in the X-Request-Id header and in the logs' }),
    decision_id: Type.Optional(
      annotated(id, { description: 'On 403: the policy decision that denied the request' }),
    ),
    approvals: Type.Optional(
      listOf(approvalRequirementSchema, 20, {
        description: 'On 403 `approval_required`: what a plan must fulfil, at most 20',
      }),
    ),
  },
  { title: 'ErrorBody' },
);
/** A value of {@link errorBodySchema}. */
export type ErrorBody = Static<typeof errorBodySchema>;
