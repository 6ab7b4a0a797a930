export { answerQuestion, type Answer } from './answer.js';
export {
  APPROVABLE_TYPES,
  countedApprovals,
  distinctRequirements,
  unfulfilled,
  type Approval,
  type ApprovedPlan,
} from './approval.js';
export { builtinPolicies } from './builtin-policies.js';
export {
  certaintyFor,
  controlsPolicies,
  deniedIds,
  missingControl,
  type Certainty,
  type MissingControl,
} from './certainty.js';
export { checkRequest } from './check-request.js';
export { compilePolicy, type CompiledPolicy } from './compile-policy.js';
export { decide } from './decide.js';
export type {
  ApprovalRequirement,
  Decision,
  DecisionError,
  DecisionRequest,
  MatchedRule,
  PlanContext,
  Principal,
  RuleReference,
} from './decision.js';
export { documentsIn, formatOf, POLICY_FORMAT } from './format.js';
export { explain, type ExplainedRule, type Explanation, type RuleOutcome } from './explain.js';
export {
  addedAllows,
  addedRestrictions,
  bindingRules,
  freedBy,
  isAllowedEverything,
  mightDo,
  notHeld,
  rightsBeyond,
  type NotHeld,
} from './grants.js';
export { audienceOf, type Asker, type Audience } from './audience.js';
export { outlookOf, type Outlook } from './outlook.js';
export { LIMITS } from './limits.js';
export { ACTIONS, EFFECTS, RESOURCE_TYPES } from './policy.js';
export type { Action, Effect, PolicyDocument, PolicyRule, ResourceType } from './policy.js';
export { compilePolicies, type PolicySet } from './policy-set.js';
export type { Question } from './question.js';
