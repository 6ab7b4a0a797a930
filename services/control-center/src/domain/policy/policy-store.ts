import type { AuditActor } from '../audit/audit-record.js';
import type { Page } from '../page.js';
import type { Policy, PolicyVersion, StoredPolicySet } from './policy.js';

/** Of the policies in force. */
export interface PolicyRevision {
  current(): Promise<number>;
}

export interface PolicyStore extends PolicyRevision {
  find(id: string): Promise<Policy | undefined>;
  findByName(name: string): Promise<Policy | undefined>;
  /** Newest first. */
  list(page: Page): Promise<{ policies: Policy[]; total: number }>;
  /** Newest first; none for a policy that there never was. */
  listVersions(id: string, page: Page<number>): Promise<{ versions: PolicyVersion[]; total: number }>;
  /** Those that are enabled, with the revision that they are of. */
  inForce(): Promise<StoredPolicySet>;
}

/** What changes policies: one after the other. */
export interface PolicyWrites extends PolicyStore {
  /** Nobody else changes policies until the unit of work ends. @returns the revision in force. */
  lock(): Promise<number>;
  /** @throws Failure `conflict` when the name is taken. */
  insert(policy: Policy): Promise<void>;
  /** @throws Failure `conflict` when the name is taken. */
  save(policy: Policy): Promise<void>;
  remove(id: string): Promise<void>;
  /** Makes the next revision, and keeps how the policy is now, or that it was deleted. */
  recordChange(
    policy: Policy,
    change: { by: AuditActor | undefined; at: Date; deleted?: boolean },
  ): Promise<void>;
}
