import { Failure, type FailureDetail } from '@provisioning/errors';
import { compileCondition, type RoleCondition } from './condition.js';
import { ACTIONS, type Effect, type PolicyDocument, type PolicyRule } from './policy.js';
import { compileResource } from './resource-pattern.js';

export interface CompiledRule {
  policy: string;
  index: number;
  effect: Effect;
  actions: ReadonlySet<string>;
  matchesResource: (resource: string) => boolean;
  condition: RoleCondition | undefined;
}

/** Policies ready to be asked, with the revision that they are of. */
export interface PolicySet {
  revision: number;
  rules: readonly CompiledRule[];
}

/** @throws Failure `invalid` with every fault: its path (`rules[0].condition`) and what is allowed there. */
export function compilePolicies(
  documents: readonly PolicyDocument[],
  { revision }: { revision: number },
): PolicySet {
  const faults: FailureDetail[] = [];
  const rules = documents
    .filter(({ enabled }) => enabled !== false)
    .flatMap(({ name, rules: written }) =>
      written.map((rule, index) => compileRule(name, rule, index, faults)),
    );
  if (faults.length > 0) {
    const [first] = faults;
    throw new Failure('invalid', `The policy cannot be used: ${first?.path} ${first?.message}.`, {
      code: 'policy_invalid',
      details: faults,
    });
  }
  return { revision, rules };
}

function compileRule(policy: string, rule: PolicyRule, index: number, faults: FailureDetail[]): CompiledRule {
  const fault = (member: string, message: string) =>
    faults.push({ path: `rules[${index}].${member}`, message });
  if (rule.effect !== 'Allow' && rule.effect !== 'Deny') fault('effect', 'must be Allow or Deny');
  const unknown = rule.action.filter(
    (action) => action !== '*' && !(ACTIONS as readonly string[]).includes(action),
  );
  if (unknown.length > 0)
    fault('action', `has no action ${unknown.join(', ')}; there are ${ACTIONS.join(', ')} and *`);
  const matchesResource = compileResource(rule.resource);
  if (!matchesResource) fault('resource', 'must be *, type:*, type:id or type:prefix* with a known type');
  const condition = rule.condition === undefined ? undefined : compileCondition(rule.condition);
  if (rule.condition !== undefined && !condition) {
    fault(
      'condition',
      `must compare user.role, as in user.role == 'admin' or user.role in ['admin', 'operator']`,
    );
  }
  return {
    policy,
    index,
    effect: rule.effect,
    actions: new Set(rule.action),
    matchesResource: matchesResource ?? (() => false),
    condition,
  };
}
