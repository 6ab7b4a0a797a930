import Type, { type Static } from 'typebox';
import { closed, id, listOf, nullable, oneOf, text } from './basics.js';

/** Who must approve a plan. The limits are those of `packages/policy`, which checks rules once more. */
export const approvalSchema = closed(
  {
    count: Type.Integer({
      minimum: 1,
      maximum: 20,
      description: 'How many people must approve; each counts once',
    }),
    roles: Type.Optional(
      listOf(text(64, { minLength: 1 }), 64, {
        minItems: 1,
        uniqueItems: true,
        description: 'Only users with one of these roles count; absent: every user who may approve',
      }),
    ),
    distinct_from: Type.Optional(
      listOf(oneOf(['submitter']), 1, { minItems: 1, description: 'Whose approval does not count' }),
    ),
    expires_in: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 31_536_000,
        description: 'Seconds after which an approval no longer counts; absent: never',
      }),
    ),
  },
  { title: 'RuleApproval' },
);

/** What a `RequireApproval` rule demands of a plan. */
export const approvalRequirementSchema = closed(
  {
    policy_id: nullable(id),
    policy: text(128),
    rule: Type.Integer({ minimum: 0, description: 'Position of the rule in its policy' }),
    count: Type.Integer({ minimum: 1 }),
    roles: nullable(listOf(text(64), 64)),
    distinct_from: listOf(oneOf(['submitter']), 1),
    expires_in: nullable(Type.Integer({ minimum: 1 })),
  },
  { title: 'ApprovalRequirement' },
);
/** A value of {@link approvalRequirementSchema}. */
export type ApprovalRequirement = Static<typeof approvalRequirementSchema>;
