import Type, { type Static } from 'typebox';
import { ACTIONS } from '../actions.js';
import { closed, count, id, listOf, name, nullable, oneOf, text, timestamp, uuid } from './basics.js';
import { withDefault } from './default.js';
import { errorDetailSchema } from './envelope.js';
import { policyRuleSchema } from './policy.js';
import { roleName, roles } from './user.js';

export const DECISIONS = ['ALLOW', 'EXPLICIT_DENY', 'IMPLICIT_DENY'] as const;
const verdict = oneOf(DECISIONS, { title: 'Verdict' });
export type Verdict = (typeof DECISIONS)[number];

/** Policies to think with instead of those in force: they are stored nowhere. */
const draftSchema = closed(
  {
    name: text(128, { minLength: 1 }),
    rules: listOf(policyRuleSchema),
    enabled: Type.Optional(Type.Boolean()),
  },
  { title: 'PolicyDraft' },
);
const drafts = listOf(draftSchema, 100, { description: 'Instead of the policies in force' });
export type PolicyDraft = Static<typeof draftSchema>;

/** What differs from the policies in force. Not together with `policies`. */
const deviations = {
  changed: Type.Optional(
    listOf(draftSchema, 100, {
      description: 'Beside the policies in force; each takes the place of the stored one of its name',
    }),
  ),
  enable: Type.Optional(
    listOf(uuid, 100, { description: 'Stored policies that are not enabled, as if they were' }),
  ),
  disable: Type.Optional(listOf(uuid, 100, { description: 'Stored policies, as if they were not enabled' })),
};

export const validateRequestSchema = closed(
  { rules: listOf(policyRuleSchema) },
  { title: 'PolicyValidateRequest' },
);
export type PolicyValidateRequest = Static<typeof validateRequestSchema>;

export const validateResultSchema = closed(
  { valid: Type.Boolean(), problems: listOf(errorDetailSchema) },
  { title: 'PolicyValidateResult' },
);
export type PolicyValidateResult = Static<typeof validateResultSchema>;

const contextSchema = closed(
  {
    infra: Type.Optional(name),
    provider: Type.Optional(name),
    check_mode: Type.Optional(Type.Boolean()),
    operation: Type.Optional(text(64)),
    taskserv: Type.Optional(name),
    cluster_type: Type.Optional(name),
    name: Type.Optional(text(128)),
  },
  { title: 'DecisionContext' },
);

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
export type PolicySimulateRequest = Static<typeof simulateRequestSchema>;

const matchedRuleSchema = closed(
  {
    policy_id: nullable(id),
    policy: text(128),
    rule: count,
    effect: oneOf(['Allow', 'Deny']),
    decided: Type.Boolean(),
    reason: Type.Optional(
      nullable(text(1024, { description: 'Why it counted so: a condition that failed' })),
    ),
  },
  { title: 'MatchedRule' },
);
export type MatchedRule = Static<typeof matchedRuleSchema>;

const outcome = {
  decision: verdict,
  matched: listOf(matchedRuleSchema),
  revision: Type.Integer({ minimum: 0, description: 'Of the set of policies that decided' }),
};

/** Why a rule counted or did not; the first of these that holds. */
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
    effect: oneOf(['Allow', 'Deny']),
    outcome: oneOf(RULE_OUTCOMES),
    counted: Type.Boolean({ description: 'Whether it applies, or is a Deny whose condition failed' }),
    decided: Type.Boolean(),
    message: Type.Optional(text(1024)),
    line: Type.Optional(Type.Integer({ minimum: 1 })),
    column: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { title: 'ExplainedRule' },
);

export const simulateResultSchema = closed(
  {
    ...outcome,
    errors: listOf(errorDetailSchema),
    rules: Type.Optional(
      listOf(explainedRuleSchema, 1000, {
        description:
          'Every rule and why it counted or did not: first those that did, then those closest to it',
      }),
    ),
  },
  { title: 'PolicySimulateResult' },
);
export type PolicySimulateResult = Static<typeof simulateResultSchema>;

export const replayRequestSchema = closed(
  {
    from: timestamp,
    to: Type.Optional(timestamp),
    user_id: Type.Optional(uuid),
    limit: withDefault(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'At most so many, the newest of them' }),
      100_000,
    ),
    policies: Type.Optional(drafts),
    ...deviations,
  },
  { title: 'PolicyReplayRequest' },
);
export type PolicyReplayRequest = Static<typeof replayRequestSchema>;

export const replayResultSchema = closed(
  {
    checked: count,
    unchanged: count,
    changed: listOf(
      closed({ decision_id: id, action: text(64), resource: text(255), before: verdict, after: verdict }),
      1000,
    ),
    truncated: Type.Boolean({ description: 'Whether more have changed than are listed' }),
    complete: Type.Optional(
      Type.Boolean({
        description: 'Whether every decision of that time was looked at, and not only `limit`',
      }),
    ),
  },
  { title: 'PolicyReplayResult' },
);
export type PolicyReplayResult = Static<typeof replayResultSchema>;

/** A decision as it was taken and logged. */
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
export type Decision = Static<typeof decisionSchema>;
