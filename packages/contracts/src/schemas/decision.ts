import Type, { type Static } from 'typebox';
import { ACTIONS } from '../actions.js';
import { approvalRequirementSchema } from './approval.js';
import { closed, count, id, listOf, name, nullable, oneOf, text, timestamp, uuid } from './basics.js';
import { withDefault } from './default.js';
import { errorDetailSchema } from './envelope.js';
import { effect, policyRuleSchema } from './policy.js';
import { roleName, roles } from './user.js';

/** The possible decisions. Without a matching rule the decision is `IMPLICIT_DENY`. */
export const DECISIONS = ['ALLOW', 'NEEDS_APPROVAL', 'EXPLICIT_DENY', 'IMPLICIT_DENY'] as const;
const verdict = oneOf(DECISIONS, { title: 'Verdict' });
/** One of {@link DECISIONS}. */
export type Verdict = (typeof DECISIONS)[number];

/** A policy of a simulation or a replay; it is not stored. */
const draftSchema = closed(
  {
    name: text(128, { minLength: 1 }),
    rules: listOf(policyRuleSchema),
    enabled: Type.Optional(Type.Boolean()),
  },
  { title: 'PolicyDraft' },
);
const drafts = listOf(draftSchema, 100, { description: 'Replace the enabled policies' });
/** A value of {@link draftSchema}. */
export type PolicyDraft = Static<typeof draftSchema>;

/** Modifications of the enabled policies. They cannot be combined with `policies`. */
const deviations = {
  changed: Type.Optional(
    listOf(draftSchema, 100, {
      description: 'Added to the enabled policies; each replaces the stored policy of the same name',
    }),
  ),
  enable: Type.Optional(listOf(uuid, 100, { description: 'Disabled policies to treat as enabled' })),
  disable: Type.Optional(listOf(uuid, 100, { description: 'Enabled policies to treat as disabled' })),
};

/** Body of `POST /policies/validate`. */
export const validateRequestSchema = closed(
  { rules: listOf(policyRuleSchema) },
  { title: 'PolicyValidateRequest' },
);
/** A value of {@link validateRequestSchema}. */
export type PolicyValidateRequest = Static<typeof validateRequestSchema>;

/** Response of `POST /policies/validate`. */
export const validateResultSchema = closed(
  {
    valid: Type.Boolean(),
    problems: listOf(errorDetailSchema),
    warnings: Type.Optional(
      listOf(errorDetailSchema, 1000, {
        description: 'What is valid and probably not meant: rules that too few people can satisfy',
      }),
    ),
  },
  { title: 'PolicyValidateResult' },
);
/** A value of {@link validateResultSchema}. */
export type PolicyValidateResult = Static<typeof validateResultSchema>;

const planned = Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Number of resources' });

/** What is known of the object of an action. Conditions of policies read it as `context`. */
export const contextSchema = closed(
  {
    infra: Type.Optional(name),
    provider: Type.Optional(name),
    kind: Type.Optional(oneOf(['server', 'taskserv', 'cluster', 'command'])),
    owner: Type.Optional(text(64, { description: 'Id of the user who submitted what is touched' })),
    check_mode: Type.Optional(Type.Boolean()),
    operation: Type.Optional(text(64)),
    taskserv: Type.Optional(name),
    cluster_type: Type.Optional(name),
    name: Type.Optional(text(128)),
    plan: Type.Optional(
      closed(
        { creates: planned, changes: planned, destroys: planned, providers: listOf(name, 64) },
        { description: 'What the plan that is executed changes; absent while there is no plan' },
      ),
    ),
  },
  { title: 'DecisionContext' },
);

/** Body of `POST /policies/simulate`. */
export const simulateRequestSchema = closed(
  {
    principal: closed({
      id: Type.Optional(id),
      username: Type.Optional(text(256, { minLength: 1 })),
      email: Type.Optional(text(254, { format: 'email' })),
      roles,
    }),
    action: oneOf(ACTIONS),
    resource: text(255, { minLength: 1 }),
    context: Type.Optional(contextSchema),
    request: Type.Optional(
      closed({
        time: Type.Optional(timestamp),
        ip: Type.Optional(text(64)),
        method: Type.Optional(oneOf(['GET', 'POST', 'PUT', 'DELETE'])),
        path: Type.Optional(text(1024)),
      }),
    ),
    policies: Type.Optional(drafts),
    ...deviations,
  },
  { title: 'PolicySimulateRequest' },
);
/** A value of {@link simulateRequestSchema}. */
export type PolicySimulateRequest = Static<typeof simulateRequestSchema>;

const matchedRuleSchema = closed(
  {
    policy_id: nullable(id),
    policy: text(128),
    rule: count,
    effect,
    decided: Type.Boolean(),
    reason: Type.Optional(nullable(text(1024, { description: 'The error of a condition that failed' }))),
  },
  { title: 'MatchedRule' },
);
/** A value of {@link matchedRuleSchema}. */
export type MatchedRule = Static<typeof matchedRuleSchema>;

const outcome = {
  decision: verdict,
  matched: listOf(matchedRuleSchema),
  revision: Type.Integer({ minimum: 0, description: 'Revision of the policies that decided' }),
};

/** The outcome of evaluating a rule: the first of these that holds. */
export const RULE_OUTCOMES = [
  'other_resource',
  'other_action',
  'condition_error',
  'condition_false',
  'applies',
] as const;

const explainedRuleSchema = closed(
  {
    policy_id: nullable(id),
    policy: text(128),
    rule: count,
    effect,
    outcome: oneOf(RULE_OUTCOMES),
    counted: Type.Boolean({
      description:
        'Whether the rule took part in the decision: it applies, or is a Deny or RequireApproval whose condition failed',
    }),
    decided: Type.Boolean(),
    message: Type.Optional(text(1024)),
    line: Type.Optional(Type.Integer({ minimum: 1 })),
    column: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { title: 'ExplainedRule' },
);

/** Response of `POST /policies/simulate`. */
export const simulateResultSchema = closed(
  {
    ...outcome,
    approvals: Type.Optional(
      listOf(approvalRequirementSchema, 1000, {
        description:
          'What every matching RequireApproval demands. `NEEDS_APPROVAL` means that nothing else is missing',
      }),
    ),
    errors: listOf(errorDetailSchema),
    rules: Type.Optional(
      listOf(explainedRuleSchema, 1000, {
        description:
          'Every rule with its outcome: first those that took part in the decision, then the closest matches',
      }),
    ),
  },
  { title: 'PolicySimulateResult' },
);
/** A value of {@link simulateResultSchema}. */
export type PolicySimulateResult = Static<typeof simulateResultSchema>;

/** Maximum number of questions in one `POST /policies/replay`. */
export const MOST_REPLAYED_QUESTIONS = 5_000;

const replayedQuestionSchema = closed(
  {
    user_id: uuid,
    action: oneOf(ACTIONS),
    resource: text(255, { minLength: 1 }),
    context: Type.Optional(contextSchema),
    mode: Type.Optional(
      oneOf(['allowed', 'not_denied'], {
        description:
          '`allowed`, also where absent: a rule must allow it and none may deny it. `not_denied`: no rule may deny it.',
      }),
    ),
  },
  { title: 'ReplayedQuestion' },
);

/** Body of `POST /policies/replay`. */
export const replayRequestSchema = closed(
  {
    from: timestamp,
    to: Type.Optional(timestamp),
    user_id: Type.Optional(uuid),
    limit: withDefault(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Maximum number of decisions; the newest are used',
      }),
      100_000,
    ),
    questions: Type.Optional(
      listOf(replayedQuestionSchema, MOST_REPLAYED_QUESTIONS, {
        description:
          'Decided in addition, for the users as they are now. `list-questions` of the next release prints the questions it would ask about the work of this one',
      }),
    ),
    policies: Type.Optional(drafts),
    ...deviations,
  },
  { title: 'PolicyReplayRequest' },
);
/** A value of {@link replayRequestSchema}. */
export type PolicyReplayRequest = Static<typeof replayRequestSchema>;

/** Response of `POST /policies/replay`. */
export const replayResultSchema = closed(
  {
    checked: count,
    unchanged: count,
    changed: listOf(
      closed({ decision_id: id, action: text(64), resource: text(255), before: verdict, after: verdict }),
      1000,
    ),
    truncated: Type.Boolean({ description: 'Whether more decisions would differ than are listed' }),
    complete: Type.Optional(
      Type.Boolean({
        description: 'Whether every decision of the period was checked; false if `limit` cut them off',
      }),
    ),
    questions: Type.Optional(
      closed(
        {
          checked: count,
          refused: listOf(
            closed({
              index: Type.Integer({ minimum: 0, description: 'In the `questions` of the request' }),
              user_id: id,
              username: text(256),
              action: text(64),
              resource: text(255),
              decision: verdict,
            }),
            MOST_REPLAYED_QUESTIONS,
          ),
          unknown_users: listOf(uuid, MOST_REPLAYED_QUESTIONS, {
            description: 'Users who no longer exist: their questions were not decided',
          }),
        },
        {
          title: 'ReplayedQuestions',
          description: 'What would be refused of the `questions` of the request',
        },
      ),
    ),
  },
  { title: 'PolicyReplayResult' },
);
/** A value of {@link replayResultSchema}. */
export type PolicyReplayResult = Static<typeof replayResultSchema>;

/** A logged decision. */
export const decisionSchema = closed(
  {
    id,
    timestamp,
    service: oneOf(['orchestrator', 'control-center']),
    user_id: nullable(id),
    username: nullable(text(256)),
    roles: listOf(roleName, 64),
    action: text(64),
    resource: text(255),
    context: contextSchema,
    request_id: nullable(text(128)),
    duration_ms: Type.Number({ minimum: 0 }),
    ...outcome,
  },
  { title: 'Decision' },
);
/** A value of {@link decisionSchema}. */
export type Decision = Static<typeof decisionSchema>;
