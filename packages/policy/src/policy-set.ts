import type { FailureDetail } from '@provisioning/errors';
import { compileInto, throwIfAny, type CompiledRule, type ConditionCache } from './compile-policy.js';
import { ACTIONS, RESOURCE_TYPES, type Action, type PolicyDocument, type ResourceType } from './policy.js';
import type { Resource } from './resource-pattern.js';
import { RuleIndex } from './rule-index.js';

/** Compiled policies of one revision. Immutable: a change makes another set. */
export interface PolicySet {
  readonly revision: number;
  /** Sorted by the policies' names and ids, then by position: the same for any order of the policies. */
  readonly rules: readonly CompiledRule[];
  /** The rules for an action on a type, in the same order. */
  candidates(type: ResourceType, action: Action): readonly CompiledRule[];
  /** The rules whose action and resource match, regardless of their conditions, in the same order. */
  matching(resource: Resource, action: Action): readonly CompiledRule[];
}

/**
 * Compiles the enabled policies.
 * @throws Failure `invalid` with every fault; paths begin with the policy's position, `policies[2].rules[0].condition`.
 */
export function compilePolicies(
  documents: readonly PolicyDocument[],
  { revision }: { revision: number },
): PolicySet {
  const faults: FailureDetail[] = [];
  const conditions: ConditionCache = new Map();
  const compiled = documents.flatMap((document, index) =>
    document.enabled === false ? [] : compileInto(document, faults, `policies[${index}].`, conditions).rules,
  );
  throwIfAny(faults);
  const rules = compiled.sort(
    (a, b) => compare(a.policy, b.policy) || compare(a.policyId ?? '', b.policyId ?? '') || a.index - b.index,
  );
  const indexes = new Map(
    ACTIONS.map((action) => [action, new RuleIndex(rules.filter(({ actions }) => actions.has(action)))]),
  );
  const byType = new Map(RESOURCE_TYPES.map((type) => [type, byAction(rulesFor(type, rules))]));
  return {
    revision,
    rules,
    candidates: (type, action) => byType.get(type)?.get(action) ?? [],
    matching: (resource, action) => indexes.get(action)?.matching(resource) ?? [],
  };
}

function rulesFor(type: ResourceType, rules: readonly CompiledRule[]): CompiledRule[] {
  return rules.filter(({ resource }) => resource.type === '*' || resource.type === type);
}

function byAction(rules: readonly CompiledRule[]): Map<Action, readonly CompiledRule[]> {
  return new Map(ACTIONS.map((action) => [action, rules.filter(({ actions }) => actions.has(action))]));
}

/** By code units, not by the locale of the process. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
