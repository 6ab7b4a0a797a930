import { activationOf, type Activation } from './cel/activation.js';
import type { Condition, Outcome } from './cel/condition.js';
import { outcomesFor } from './cel/user-outcomes.js';
import { checkRequest } from './check-request.js';
import type { CompiledRule } from './compile-policy.js';
import type { Decision, DecisionError, DecisionRequest, MatchedRule, RuleReference } from './decision.js';
import { isAction } from './policy.js';
import type { PolicySet } from './policy-set.js';
import { parseResource } from './resource-pattern.js';

/**
 * Decides a request. The default is deny; any Deny that applies overrides every Allow, in any order of rules and
 * policies. A Deny whose condition cannot be evaluated denies; an Allow grants nothing. Never throws: a request that
 * cannot be evaluated (too long, unknown action or resource) is an implicit deny with the reason in `errors`.
 */
export function decide(set: PolicySet, request: DecisionRequest): Decision {
  const { revision } = set;
  const resource = parseResource(request.resource);
  const { action } = request;
  const faults = checkRequest(request);
  if (faults.length > 0 || !resource || !isAction(action)) {
    return { effect: 'IMPLICIT_DENY', rule: null, matched: [], errors: faults, revision };
  }
  const evaluate = evaluator(() => activationOf(request, resource), outcomesFor(request.principal));
  const matched: MatchedRule[] = [];
  const errors: DecisionError[] = [];
  const question = { ...request, parsed: resource };
  for (const rule of set.matching(resource, action)) {
    if (rule.condition?.isRefuted(question)) continue;
    const outcome = evaluate(rule.condition);
    if ('error' in outcome) errors.push(conditionError(rule, outcome));
    if (applies(rule, outcome)) matched.push(matchedRule(rule, outcome));
  }
  const deny = matched.find(({ effect }) => effect === 'Deny');
  const decisive = deny ?? matched[0];
  const effect = deny ? 'EXPLICIT_DENY' : decisive ? 'ALLOW' : 'IMPLICIT_DENY';
  return { effect, rule: decisive ? referenceTo(decisive) : null, matched, errors, revision };
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

/** Whether a rule with this outcome of its condition decides: a Deny also where the condition failed. */
export function applies({ effect }: CompiledRule, outcome: Outcome): boolean {
  return 'error' in outcome ? effect === 'Deny' : outcome.met;
}

/** Returns the position of a rule, without its other members. */
export function referenceTo({ policy, index }: RuleReference): RuleReference {
  return { policy, index };
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
