import type { CompiledRule, PolicySet } from './compile.js';
import type { Decision, DecisionRequest } from './policy.js';

/** Default deny; any Deny that applies beats every Allow, in whatever order and policies they stand. */
export function decide({ rules }: PolicySet, request: DecisionRequest): Decision {
  const applying = rules.filter((rule) => applies(rule, request));
  const deny = applying.find(({ effect }) => effect === 'Deny');
  const decisive = deny ?? applying[0];
  if (!decisive) return { effect: 'IMPLICIT_DENY', rule: null };
  const { policy, index } = decisive;
  return { effect: deny ? 'EXPLICIT_DENY' : 'ALLOW', rule: { policy, index } };
}

function applies(
  { actions, matchesResource, condition }: CompiledRule,
  { action, resource, principal }: DecisionRequest,
): boolean {
  return (
    (actions.has('*') || actions.has(action)) &&
    matchesResource(resource) &&
    (condition === undefined || condition(principal.roles))
  );
}
