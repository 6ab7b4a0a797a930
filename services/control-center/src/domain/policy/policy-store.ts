import type { AuditActor } from '../audit/audit-record.js';
import type { Page } from '../page.js';
import type { Policy, PolicyVersion, StoredPolicySet } from './policy.js';

/** The revision of the policies in force. */
export interface PolicyRevision {
  current(): Promise<number>;
}

/** Reads policies and their versions. */
export interface PolicyStore extends PolicyRevision {
  find(id: string): Promise<Policy | undefined>;
  findByName(name: string): Promise<Policy | undefined>;
  /** Newest first. */
  list(page: Page): Promise<{ policies: Policy[]; total: number }>;
  /** Lists versions, newest first; none for a policy that never existed. */
  listVersions(id: string, page: Page<number>): Promise<{ versions: PolicyVersion[]; total: number }>;
  /** Reads the enabled policies and their revision. */
  inForce(): Promise<StoredPolicySet>;
}

/** Changes policies, one change after the other. */
export interface PolicyWrites extends PolicyStore {
  /** Locks the policies against other changes until the unit of work ends. @returns the revision in force. */
  lock(): Promise<number>;
  /** @throws Failure `conflict` when the name is taken. */
  insert(policy: Policy): Promise<void>;
  /** @throws Failure `conflict` when the name is taken. */
  save(policy: Policy): Promise<void>;
  remove(id: string): Promise<void>;
  /** Records the next revision with the policy as it is now, or that it was deleted. */
  recordChange(
    policy: Policy,
    change: { by: AuditActor | undefined; at: Date; deleted?: boolean },
  ): Promise<void>;
}
