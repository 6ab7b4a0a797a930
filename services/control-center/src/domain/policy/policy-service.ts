import { Failure, type FailureDetail } from '@provisioning/errors';
import { compilePolicies, compilePolicy, type PolicyRule, type PolicySet } from '@provisioning/policy';
import { v7 as uuidv7 } from 'uuid';
import type { AuditActor } from '../audit/audit-record.js';
import type { Clock } from '../clock.js';
import type { IdempotencyKey } from '../idempotency.js';
import type { Page } from '../page.js';
import type { Stores, UnitOfWork } from '../unit-of-work.js';
import type { PolicyStore } from './policy-store.js';
import { approvalWarnings } from './approval-warnings.js';
import { policyDiff } from './policy-diff.js';
import { mustLeaveAnEditor } from './editor-guard.js';
import { mustBeWritersToChange, rightsChange } from './policy-guards.js';
import { PolicySets } from './policy-sets.js';
import {
  changed,
  documentOf,
  type NewPolicy,
  type Policy,
  type PolicyChanges,
  type PolicyVersion,
} from './policy.js';
import type { Writer } from './writer.js';

/** The author of a change of policies, for the policies and for the audit trail. */
export interface PolicyWriter {
  principal: Writer;
  actor: AuditActor;
}

/** A policy as it was created. */
export interface CreatedPolicy {
  id: string;
  name: string;
  version: string;
  /** What is valid and probably not meant: rules that too few people can satisfy. Absent where there is nothing. */
  warnings?: FailureDetail[];
}

/** Reads and changes policies. */
export class PolicyService {
  readonly #sets = new PolicySets();

  constructor(
    private readonly policies: PolicyStore,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    /** Called after each change: brings it into force here and notifies the other processes. */
    private readonly onChange: () => Promise<void>,
  ) {}

  list(page: Page): Promise<{ policies: Policy[]; total: number }> {
    return this.policies.list(page);
  }

  async get(id: string): Promise<Policy> {
    return found(await this.policies.find(id));
  }

  /** Lists the versions of a policy; those of a deleted one stay readable. */
  async listVersions(id: string, page: Page<number>): Promise<{ versions: PolicyVersion[]; total: number }> {
    const listed = await this.policies.listVersions(id, page);
    if (listed.total === 0) found(undefined);
    return listed;
  }

  /**
   * @throws Failure `invalid` for a policy that cannot be compiled, `forbidden` for a change its writer may not make
   * ({@link mustBeWritersToChange}), `conflict` when the name is taken or no user could edit policies any more.
   */
  async create(
    request: NewPolicy,
    writer: PolicyWriter,
    idempotency?: IdempotencyKey,
  ): Promise<{ answer: CreatedPolicy; replayed: boolean }> {
    const { name, version, description, enabled, rules } = request;
    const now = this.clock();
    const policy: Policy = {
      id: uuidv7(),
      name,
      version,
      description: description ?? null,
      enabled,
      rules,
      revision: 1,
      createdAt: now,
      updatedAt: now,
    };
    mustBeUsable(policy);
    const made = await this.work.run(async (stores) => {
      const before = await this.#lock(stores);
      return stores.idempotency.once(idempotency, async () => {
        await stores.policies.insert(policy);
        const after = await this.#record(stores, before, undefined, policy, writer);
        const warnings = enabled ? await approvalWarnings(after, rules, stores.users) : [];
        return { id: policy.id, name, version, ...(warnings.length > 0 ? { warnings } : {}) };
      });
    });
    await this.onChange();
    return made;
  }

  /**
   * @param revision the revision that the change is based on, where the client sent one.
   * @returns what is valid and probably not meant, as in {@link CreatedPolicy}
   * @throws Failure `precondition_failed` when the policy has another revision now; otherwise as {@link create}.
   */
  async update(
    id: string,
    changes: PolicyChanges,
    writer: PolicyWriter,
    revision: string | undefined,
  ): Promise<FailureDetail[]> {
    const warnings = await this.work.run(async (stores) => {
      const before = await this.#lock(stores);
      const old = found(await stores.policies.find(id));
      mustHaveRevision(old, revision);
      const policy = changed(old, changes, this.clock());
      mustBeUsable(policy);
      await stores.policies.save(policy);
      const after = await this.#record(stores, before, old, policy, writer);
      return policy.enabled ? approvalWarnings(after, policy.rules, stores.users) : [];
    });
    await this.onChange();
    return warnings;
  }

  /** Returns the warnings that rules would get beside the policies in force. @param rules that can be compiled */
  async warningsOf(rules: PolicyRule[]): Promise<FailureDetail[]> {
    return this.work.run(async ({ policies, users }) => {
      const { documents, revision } = await policies.inForce();
      const validated = { name: 'validated', version: '1', rules };
      return approvalWarnings(compilePolicies([...documents, validated], { revision }), rules, users);
    });
  }

  /** @throws Failure as {@link update}. */
  async remove(id: string, writer: PolicyWriter, revision: string | undefined): Promise<void> {
    await this.work.run(async (stores) => {
      const before = await this.#lock(stores);
      const old = found(await stores.policies.find(id));
      mustHaveRevision(old, revision);
      await stores.policies.remove(id);
      await this.#record(stores, before, old, undefined, writer);
    });
    await this.onChange();
  }

  async #lock({ policies }: Stores): Promise<PolicySet> {
    await policies.lock();
    return this.#sets.of(policies);
  }

  /** Checks the change and records it. @returns the policies after it */
  async #record(
    { policies, users, audit }: Stores,
    inForce: PolicySet,
    before: Policy | undefined,
    after: Policy | undefined,
    { principal, actor }: PolicyWriter,
  ): Promise<PolicySet> {
    const at = this.clock();
    await users.lockAll();
    const change = rightsChange(before && documentOf(before), after && documentOf(after));
    await mustBeWritersToChange(inForce, principal, change, users);
    const { documents, revision } = await policies.inForce();
    const then = compilePolicies(documents, { revision });
    await mustLeaveAnEditor(inForce, then, users);
    const policy = found(after ?? before);
    await policies.recordChange(policy, { by: actor, at, deleted: after === undefined });
    await audit.append({
      ...actor,
      action: after ? (before ? 'policy.update' : 'policy.create') : 'policy.delete',
      resource: `policies/${policy.id}`,
      result: 'success',
      details: policyDiff(before, after),
    });
    return then;
  }
}

function found(policy: Policy | undefined): Policy {
  if (policy === undefined)
    throw new Failure('not_found', 'There is no such policy. GET /policies lists them.');
  return policy;
}

function mustHaveRevision(policy: Policy, revision: string | undefined): void {
  if (revision === undefined || revision === '*' || revision === String(policy.revision)) return;
  throw new Failure(
    'precondition_failed',
    `${policy.name} was changed by another user and has revision ${policy.revision} now. Read it again, and repeat your change.`,
  );
}

/** @throws Failure `invalid` with every fault and its path. */
function mustBeUsable(policy: Policy): void {
  const faults: FailureDetail[] = (['version', 'description'] as const)
    .filter((member) => (policy[member] ?? '').includes('\0'))
    .map((path) => ({ path, message: 'must not contain the character NUL' }));
  if (faults[0]) {
    throw new Failure('invalid', `${faults[0].path} must not contain the character NUL.`, {
      code: 'policy_invalid',
      details: faults,
    });
  }
  compilePolicy(documentOf(policy));
}
