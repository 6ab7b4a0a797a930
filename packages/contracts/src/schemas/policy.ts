import Type, { type Static } from 'typebox';
import { ACTIONS } from '../actions.js';
import { approvalSchema } from './approval.js';
import { closed, id, listOf, nullable, oneOf, text, timestamp } from './basics.js';
import { errorDetailSchema } from './envelope.js';
import { withDefault } from './default.js';

const MAX_RULES = 1000;
/** Maximum size of a policy in bytes: `MAX_RULES` rules with long conditions. */
export const POLICY_BODY_LIMIT = 2 * 1024 * 1024;

/** The effects of rules. */
export const effect = oneOf(['Allow', 'Deny', 'RequireApproval']);
const policyName = text(128, { minLength: 1, pattern: '^[A-Za-z0-9][A-Za-z0-9 ._-]*$' });
const version = text(64, { minLength: 1 });
const description = text(1024);
const revision = Type.Integer({ minimum: 1, description: 'Increases with each change; also the ETag' });

/** A rule of a policy. */
export const policyRuleSchema = closed(
  {
    effect,
    resource: text(255, {
      minLength: 1,
      description: '`type:id`; wildcards: `*`, `type:*` or a trailing `*`',
    }),
    action: listOf(oneOf(['*', ...ACTIONS]), ACTIONS.length + 1, { minItems: 1, uniqueItems: true }),
    condition: Type.Optional(
      text(1024, {
        minLength: 1,
        description: 'CEL expression over `user`, `resource`, `action`, `request` and `context`',
      }),
    ),
    approval: Type.Optional(approvalSchema),
  },
  { title: 'PolicyRule' },
);
/** A value of {@link policyRuleSchema}. */
export type PolicyRule = Static<typeof policyRuleSchema>;

const rules = listOf(policyRuleSchema, MAX_RULES);

/** Body of `POST /policies`. */
export const policyRequestSchema = closed(
  {
    name: policyName,
    version,
    rules,
    description: Type.Optional(description),
    enabled: withDefault(Type.Boolean(), true),
  },
  { title: 'PolicyRequest' },
);
/** A value of {@link policyRequestSchema}. */
export type PolicyRequest = Static<typeof policyRequestSchema>;

/** Body of `PUT /policies/{id}`. */
export const policyChangeSchema = closed(
  {
    name: Type.Optional(policyName),
    version: Type.Optional(version),
    rules: Type.Optional(rules),
    description: Type.Optional(description),
    enabled: Type.Optional(Type.Boolean()),
  },
  { title: 'PolicyChange', minProperties: 1 },
);
/** A value of {@link policyChangeSchema}. */
export type PolicyChange = Static<typeof policyChangeSchema>;

/** Response of `GET /policies/{id}`. */
export const policySchema = closed(
  {
    id,
    name: text(128),
    version: text(64),
    rules,
    created_at: timestamp,
    enabled: Type.Boolean(),
    description: Type.Optional(nullable(description)),
    updated_at: Type.Optional(timestamp),
    revision: Type.Optional(revision),
  },
  { title: 'Policy' },
);
/** A value of {@link policySchema}. */
export type Policy = Static<typeof policySchema>;

/** Response of `POST /policies`. */
export const policyCreatedSchema = closed(
  {
    id,
    name: text(128),
    version: text(64),
    warnings: Type.Optional(
      listOf(errorDetailSchema, MAX_RULES, {
        description: 'What is valid and probably not meant: rules that too few people can satisfy',
      }),
    ),
  },
  { title: 'PolicyCreated' },
);
/** A value of {@link policyCreatedSchema}. */
export type PolicyCreated = Static<typeof policyCreatedSchema>;

/** A version of a policy: its content after one of its changes. */
export const policyVersionSchema = closed(
  {
    revision: revision,
    name: text(128),
    version: text(64),
    rules,
    enabled: Type.Boolean(),
    changed_at: timestamp,
    changed_by: nullable(text(256)),
  },
  { title: 'PolicyVersion' },
);
/** A value of {@link policyVersionSchema}. */
export type PolicyVersion = Static<typeof policyVersionSchema>;
