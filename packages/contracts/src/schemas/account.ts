import Type, { type Static } from 'typebox';
import { ACTIONS } from '../actions.js';
import { closed, count, id, listOf, nullable, oneOf, text, timestamp } from './basics.js';
import { contextSchema } from './decision.js';
import { roleName } from './user.js';

/** Response of `GET /auth/me`. */
export const meSchema = closed(
  {
    id,
    username: text(256),
    email: text(254),
    roles: listOf(roleName, 64, {
      description: 'The roles of the token; an API token may have fewer than its owner',
    }),
    mfa_enabled: Type.Boolean(),
    scope: nullable(
      oneOf(['mfa_enrollment'], {
        description: 'The only use of the token; null if it is not restricted',
      }),
    ),
    session_id: nullable({ ...id, description: 'Null for an API token' }),
    expires_at: timestamp,
  },
  { title: 'Me' },
);
/** A value of {@link meSchema}. */
export type Me = Static<typeof meSchema>;

/** Maximum number of questions in one `POST /auth/allowed`. */
export const MOST_QUESTIONS = 50;

/** Body of `POST /auth/allowed`. */
export const allowedRequestSchema = closed(
  {
    questions: listOf(
      closed(
        {
          action: oneOf(ACTIONS),
          resource: text(255, {
            minLength: 1,
            description: '`type:id`, or `type:*` for any object of the type',
          }),
          context: Type.Optional(contextSchema),
        },
        { title: 'AllowedQuestion' },
      ),
      MOST_QUESTIONS,
      { minItems: 1 },
    ),
  },
  { title: 'AllowedRequest' },
);
/** A value of {@link allowedRequestSchema}. */
export type AllowedRequest = Static<typeof allowedRequestSchema>;

/** The answer to one question of `POST /auth/allowed`. */
export const allowedSchema = closed(
  {
    action: oneOf(ACTIONS),
    resource: text(255),
    verdict: oneOf(['allow', 'deny', 'depends'], { title: 'AllowedVerdict' }),
    reason: text(512),
    rule: nullable(
      closed(
        { policy: text(128), rule: count },
        {
          title: 'DecidingRule',
          description:
            'The rule that decides, or the first that it depends on; null if no rule applies or you may not read the policies',
        },
      ),
    ),
  },
  { title: 'Allowed' },
);
/** A value of {@link allowedSchema}. */
export type Allowed = Static<typeof allowedSchema>;
