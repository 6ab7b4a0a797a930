import { distinctRequirements, type ApprovalRequirement } from './approval.js';
import { decide, referenceTo } from './decide.js';
import type { Decision } from './decision.js';
import type { Asker } from './audience.js';
import type { PolicySet } from './policy-set.js';
import type { Question } from './question.js';

/** The answer to a question, with the decision that it follows from. */
export interface Answer {
  yes: boolean;
  /** What alone prevents a yes: approvals that a plan can collect. Empty where the answer is yes, or is no with them too. */
  approvals: readonly ApprovalRequirement[];
  decision: Decision;
  /** The name of the object that was decided on. */
  resource: string;
}

/**
 * Decides a question about an object that may have several names: a Deny for any name denies, an Allow for any name
 * allows, and a RequireApproval for any name must be satisfied.
 */
export function answerQuestion(
  set: PolicySet,
  asker: Omit<Asker, 'action'>,
  { action, resource, alsoKnownAs = [], context, mode = 'allowed' }: Question,
): Answer {
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
  // The rows of a list, and the steps of a rollback, are asked about one by one.
  const missing = permitted && mode !== 'open' ? decision.approvals : [];
  return { yes: permitted && missing.length === 0, approvals: missing, decision, resource: decided };
}

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
  if (mode === 'allowed') return false;
  // Only conditions that could not be evaluated prevent the answer: the rows have the values that they read.
  return effect === 'EXPLICIT_DENY'
    ? matched.every((rule) => rule.effect !== 'Deny' || rule.reason === 'condition_error')
    : errors.length > 0;
}
