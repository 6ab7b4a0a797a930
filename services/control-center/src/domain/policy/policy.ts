import type { PolicyDocument, PolicyRule } from '@provisioning/policy';

/** A stored policy. */
export interface Policy {
  id: string;
  name: string;
  version: string;
  description: string | null;
  enabled: boolean;
  rules: readonly PolicyRule[];
  /** The number of its changes. */
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A policy after one of its changes. */
export interface PolicyVersion extends Pick<
  Policy,
  'revision' | 'name' | 'version' | 'description' | 'enabled' | 'rules'
> {
  changedAt: Date;
  changedBy: string | null;
}

/** A policy to be created. */
export interface NewPolicy {
  name: string;
  version: string;
  description?: string | undefined;
  enabled: boolean;
  rules: readonly PolicyRule[];
}

/** The members of a policy to be replaced; undefined keeps one. */
export type PolicyChanges = { [Member in keyof NewPolicy]?: NewPolicy[Member] | undefined };

/** The enabled policies of one revision. */
export interface StoredPolicySet {
  /** 0 before the built-in policies exist. */
  revision: number;
  documents: readonly PolicyDocument[];
}

/** Returns the policy after these changes, with the next revision. */
export function changed(policy: Policy, changes: PolicyChanges, now: Date): Policy {
  const { name, version, description, enabled, rules } = changes;
  return {
    ...policy,
    name: name ?? policy.name,
    version: version ?? policy.version,
    description: description ?? policy.description,
    enabled: enabled ?? policy.enabled,
    rules: rules ?? policy.rules,
    revision: policy.revision + 1,
    updatedAt: now,
  };
}

/** Returns the part of a policy that decides. */
export function documentOf({ id, name, version, enabled, rules }: Policy): PolicyDocument {
  return { id, name, version, enabled, rules: [...rules] };
}
