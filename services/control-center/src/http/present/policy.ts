import type { DataOf, getPolicy, listPolicyVersions, PolicyRule } from '@provisioning/contracts';
import type { Policy, PolicyVersion } from '../../domain/policy/policy.js';

/** Returns a policy as the contract shows it. */
export function presentPolicy(policy: Policy): DataOf<typeof getPolicy> {
  const { id, name, version, enabled, description, revision } = policy;
  return {
    id,
    name,
    version,
    rules: presentRules(policy),
    created_at: policy.createdAt.toISOString(),
    enabled,
    description,
    updated_at: policy.updatedAt.toISOString(),
    revision,
  };
}

/** Returns a version of a policy as the contract shows it. */
export function presentVersion(of: PolicyVersion): DataOf<typeof listPolicyVersions>[number] {
  const { revision, name, version, enabled, changedAt, changedBy } = of;
  return {
    revision,
    name,
    version,
    rules: presentRules(of),
    enabled,
    changed_at: changedAt.toISOString(),
    changed_by: changedBy,
  };
}

function presentRules({ rules }: Pick<Policy, 'rules'>): PolicyRule[] {
  // Safe cast: rules are validated against the contract before they are stored.
  return rules as PolicyRule[];
}
