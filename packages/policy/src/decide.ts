import { activationOf, type Activation } from './cel/activation.js';
import type { Condition, Outcome } from './cel/condition.js';
import { outcomesFor } from './cel/user-outcomes.js';
import { checkRequest } from './check-request.js';
import type { CompiledRule } from './compile-policy.js';
import type {
  ApprovalRequirement,
  Decision,
  DecisionError,
  DecisionRequest,
  MatchedRule,
  RuleReference,
} from './decision.js';
import { isAction, type RuleApproval } from './policy.js';
import type { PolicySet } from './policy-set.js';
import { parseResource } from './resource-pattern.js';

/**
 * Decides a request. The default is deny; any Deny that applies overrides every Allow, in any order of rules and
 * policies. Where a rule allows, every RequireApproval that applies must be satisfied. A Deny or RequireApproval whose
 * condition cannot be evaluated applies; an Allow grants nothing. Never throws: a request that
 * cannot be evaluated (too long, unknown action or resource) is an implicit deny with the reason in `errors`.
 */
export function decide(set: PolicySet, request: DecisionRequest): Decision {
  const { revision } = set;
  const resource = parseResource(request.resource);
  const { action } = request;
  const faults = checkRequest(request);
  if (faults.length > 0 || !resource || !isAction(action)) {
    return { effect: 'IMPLICIT_DENY', rule: null, matched: [], approvals: [], errors: faults, revision };
  }
  const evaluate = evaluator(() => activationOf(request, resource), outcomesFor(request.principal));
  const matched: MatchedRule[] = [];
  const approvals: ApprovalRequirement[] = [];
  const errors: DecisionError[] = [];
  const question = { ...request, parsed: resource };
  for (const rule of set.matching(resource, action)) {
    if (rule.condition?.isRefuted(question)) continue;
    const outcome = outcomeOf(rule, request.context, evaluate);
    if ('error' in outcome) errors.push(conditionError(rule, outcome));
    if (!applies(rule, outcome)) continue;
    matched.push(matchedRule(rule, outcome));
    if (rule.approval) approvals.push(requirementOf(rule, rule.approval));
  }
  const deny = matched.find(({ effect }) => effect === 'Deny');
  const allow = matched.find(({ effect }) => effect === 'Allow');
  const approval = allow && matched.find(({ effect }) => effect === 'RequireApproval');
  const decisive = deny ?? approval ?? allow;
  const effect = deny ? 'EXPLICIT_DENY' : approval ? 'NEEDS_APPROVAL' : allow ? 'ALLOW' : 'IMPLICIT_DENY';
  const rule = decisive ? referenceTo(decisive) : null;
  return { effect, rule, matched, approvals, errors, revision };
}

/**
 * Evaluates each condition once, regardless of how many rules share it, and reads the request only when there is one.
 */
export function evaluator(
  activation: () => Activation,
  beforehand: (condition: Condition) => Outcome | undefined = () => undefined,
): (condition: Condition | undefined) => Outcome {
  const outcomes = new Map<Condition, Outcome>();
  let values: Activation | undefined;
  return (condition) => {
    if (!condition) return { met: true };
    const known = beforehand(condition) ?? outcomes.get(condition);
    if (known) return known;
    values ??= activation();
    const outcome = condition.evaluate(values);
    outcomes.set(condition, outcome);
    return outcome;
  };
}

/** Returns the outcome of a rule's condition. A run in check mode changes nothing, so it never needs approval. */
export function outcomeOf(
  { effect, condition }: CompiledRule,
  context: DecisionRequest['context'],
  evaluate: (condition: Condition | undefined) => Outcome,
): Outcome {
  if (effect === 'RequireApproval' && context['check_mode'] === true) return { met: false };
  return evaluate(condition);
}

/** Whether a rule with this outcome of its condition decides: one that does not allow also where the condition failed. */
export function applies({ effect }: CompiledRule, outcome: Outcome): boolean {
  return 'error' in outcome ? effect !== 'Allow' : outcome.met;
}

/** Returns the position of a rule, without its other members. */
export function referenceTo({ policy, index }: RuleReference): RuleReference {
  return { policy, index };
}

function requirementOf(
  { policy, policyId, index }: CompiledRule,
  approval: RuleApproval,
): ApprovalRequirement {
  const { count, roles = null, distinct_from: distinctFrom = [], expires_in: expiresIn = null } = approval;
  return { policy, policyId, index, count, roles, distinctFrom, expiresIn };
}

function matchedRule(rule: CompiledRule, outcome: Outcome): MatchedRule {
  const { policyId, effect } = rule;
  return {
    ...referenceTo(rule),
    policyId,
    effect,
    reason: 'error' in outcome ? 'condition_error' : 'matched',
  };
}

function conditionError(
  rule: CompiledRule,
  { error, line, column }: Extract<Outcome, { error: string }>,
): DecisionError {
  const position = line === undefined || column === undefined ? {} : { line, column };
  return { rule: referenceTo(rule), path: `rules[${rule.index}].condition`, message: error, ...position };
}
