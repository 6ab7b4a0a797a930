import { activationOf } from './cel/activation.js';
import type { Outcome } from './cel/condition.js';
import type { CompiledRule } from './compile-policy.js';
import { applies, decide, evaluator, outcomeOf, referenceTo } from './decide.js';
import type { Decision, DecisionRequest, RuleReference } from './decision.js';
import { isAction, type Effect } from './policy.js';
import type { PolicySet } from './policy-set.js';
import { parseResource, type Resource } from './resource-pattern.js';

/** Why a rule counted or did not: the first of these that holds, in this order. */
export type RuleOutcome =
  'other_resource' | 'other_action' | 'condition_error' | 'condition_false' | 'applies';

/** A rule, and why it counted or did not. */
export interface ExplainedRule extends RuleReference {
  policyId: string | null;
  effect: Effect;
  outcome: RuleOutcome;
  /** Whether it is the rule that decided. */
  decided: boolean;
  /** Whether it counted: it applies, or it restricts and its condition could not be evaluated. */
  counted: boolean;
  /** For a condition that could not be evaluated: why, and where in its text. */
  message?: string;
  line?: number;
  column?: number;
}

/** A decision with all rules of the set. */
export interface Explanation {
  decision: Decision;
  /** Every rule of the set, in its order; none when the request itself cannot be evaluated. */
  rules: readonly ExplainedRule[];
}

/**
 * Returns the decision, and for each rule why it counted or did not. It reveals the rules, so it must not be shown to
 * the user who was denied.
 */
export function explain(set: PolicySet, request: DecisionRequest): Explanation {
  const decision = decide(set, request);
  const resource = parseResource(request.resource);
  const undecidable = decision.errors.some(({ rule }) => rule === null);
  if (undecidable || !resource) return { decision, rules: [] };
  const evaluate = evaluator(() => activationOf(request, resource));
  const rules = set.rules.map((rule) => {
    const miss = missOf(rule, resource, request.action);
    const outcome = miss ? undefined : outcomeOf(rule, request.context, evaluate);
    const { policyId, effect } = rule;
    return {
      ...referenceTo(rule),
      policyId,
      effect,
      outcome: miss ?? nameOf(outcome),
      decided: rule.policy === decision.rule?.policy && rule.index === decision.rule.index,
      counted: outcome !== undefined && applies(rule, outcome),
      ...(outcome && 'error' in outcome ? messageOf(outcome) : {}),
    };
  });
  return { decision, rules };
}

function missOf(
  { resource, actions }: CompiledRule,
  { type, id }: Resource,
  action: string,
): RuleOutcome | undefined {
  if ((resource.type !== '*' && resource.type !== type) || !resource.matches(id)) return 'other_resource';
  return isAction(action) && actions.has(action) ? undefined : 'other_action';
}

function nameOf(outcome: Outcome | undefined): RuleOutcome {
  if (!outcome || 'error' in outcome) return 'condition_error';
  return outcome.met ? 'applies' : 'condition_false';
}

function messageOf({ error, ...position }: Extract<Outcome, { error: string }>) {
  return { message: error, ...position };
}
