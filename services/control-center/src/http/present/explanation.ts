import type { DataOf, simulatePolicies } from '@provisioning/contracts';
import { matchedRules, presentRequirement } from '@provisioning/http-kit';
import type { ExplainedRule, Explanation } from '@provisioning/policy';

const MOST_RULES = 1000;
const CLOSEST_FIRST = ['applies', 'condition_error', 'condition_false', 'other_action', 'other_resource'];

/** Returns an explanation as the contract shows it. */
export function presentExplanation({ decision, rules }: Explanation): DataOf<typeof simulatePolicies> {
  return {
    decision: decision.effect,
    matched: matchedRules(decision).slice(0, MOST_RULES),
    revision: decision.revision,
    approvals: decision.approvals.slice(0, MOST_RULES).map(presentRequirement),
    errors: decision.errors.slice(0, MOST_RULES).map(({ rule, path, message, ...position }) => ({
      path: rule ? `${rule.policy}: ${path}` : path,
      message: message.slice(0, 1024),
      ...position,
    })),
    rules: [...rules]
      .sort((a, b) => distanceOf(a) - distanceOf(b))
      .slice(0, MOST_RULES)
      .map(({ policyId, policy, index, effect, outcome, counted, decided, message, ...position }) => ({
        policy_id: policyId,
        policy,
        rule: index,
        effect,
        outcome,
        counted,
        decided,
        ...(message === undefined ? {} : { message: message.slice(0, 1024) }),
        ...position,
      })),
  };
}

function distanceOf({ decided, counted, outcome }: ExplainedRule): number {
  return decided ? -2 : counted ? -1 : CLOSEST_FIRST.indexOf(outcome);
}
