import { distinctRequirements, unfulfilled, type ApprovedPlan } from './approval.js';
import { decide, referenceTo } from './decide.js';
import type { ApprovalRequirement, Decision } from './decision.js';
import type { Asker } from './audience.js';
import type { PolicySet } from './policy-set.js';
import type { Question } from './question.js';

/** The answer to a question, with the decision that it follows from. */
export interface Answer {
  yes: boolean;
  /** What alone prevents a yes: requirements that no approval fulfils yet. Empty where it is yes, or is no with them too. */
  approvals: readonly ApprovalRequirement[];
  decision: Decision;
  /** The name of the object that was decided on. */
  resource: string;
}

/**
 * Decides a question about an object that may have several names: a Deny for any name denies, an Allow for any name
 * allows, and a RequireApproval for any name must be satisfied.
 * @param plan that is executed: its approvals count, and conditions read what it changes. This is the only place where
 * approvals have an effect.
 */
export function answerQuestion(
  set: PolicySet,
  asker: Omit<Asker, 'action'>,
  { action, resource, alsoKnownAs = [], context: asked, mode = 'allowed' }: Question,
  plan?: ApprovedPlan,
): Answer {
  const context = plan ? { ...asked, plan: plan.changes } : asked;
  let decided = resource;
  let decision = decide(set, { ...asker, action, resource, context });
  const approvals = [...decision.approvals];
  for (const name of alsoKnownAs) {
    const other = decide(set, { ...asker, action, resource: name, context });
    approvals.push(...other.approvals);
    if (STRENGTH[other.effect] > STRENGTH[decision.effect]) [decision, decided] = [other, name];
  }
  decision = demanding(decision, distinctRequirements(approvals));
  const permitted = isPermitted(decision, mode);
  const missing =
    permitted && !WITHOUT_APPROVALS.includes(mode) ? withoutFulfilled(decision.approvals, plan) : [];
  return { yes: permitted && missing.length === 0, approvals: missing, decision, resource: decided };
}

function withoutFulfilled(
  requirements: readonly ApprovalRequirement[],
  plan: ApprovedPlan | undefined,
): readonly ApprovalRequirement[] {
  if (!plan) return requirements;
  const { submitterId, executedAt, approvals } = plan;
  return unfulfilled(requirements, approvals, { submitterId, now: new Date(executedAt) });
}

/** The rows of a list, and the steps of a rollback, are asked about one by one. */
const WITHOUT_APPROVALS: readonly Question['mode'][] = ['approvable', 'open'];

const STRENGTH = { IMPLICIT_DENY: 0, ALLOW: 1, NEEDS_APPROVAL: 2, EXPLICIT_DENY: 3 } as const;

/** The decision on one name of an object, with what rules for its other names demand. */
function demanding(decision: Decision, approvals: readonly ApprovalRequirement[]): Decision {
  const [first] = approvals;
  if (!first || decision.effect !== 'ALLOW') return { ...decision, approvals };
  return { ...decision, approvals, effect: 'NEEDS_APPROVAL', rule: referenceTo(first) };
}

/** Whether the answer is yes once everything has been approved. */
function isPermitted({ effect, matched, errors }: Decision, mode: NonNullable<Question['mode']>): boolean {
  if (effect === 'ALLOW' || effect === 'NEEDS_APPROVAL') return true;
  // A request that could not be evaluated is refused in every mode.
  if (errors.some(({ rule }) => rule === null)) return false;
  if (mode === 'not_denied') return effect !== 'EXPLICIT_DENY';
  if (mode === 'allowed' || mode === 'approvable') return false;
  // Only conditions that could not be evaluated prevent the answer: the rows have the values that they read.
  return effect === 'EXPLICIT_DENY'
    ? matched.every((rule) => rule.effect !== 'Deny' || rule.reason === 'condition_error')
    : errors.length > 0;
}
