import { Failure, isFailure } from '@provisioning/errors';
import {
  builtinPolicies,
  compilePolicies,
  compilePolicy,
  controlsPolicies,
  missingControl,
  type PolicyDocument,
  type PolicyRule,
  type PolicySet,
} from '@provisioning/policy';
import { v7 as uuidv7 } from 'uuid';
import { NO_USER } from '../audit/audit-record.js';
import type { Clock } from '../clock.js';
import type { Stores, UnitOfWork } from '../unit-of-work.js';
import { ADMIN_ROLE, type User } from '../user/user.js';
import { policyDiff } from './policy-diff.js';
import { changed, documentOf, type Policy } from './policy.js';

/** The result of a repair. */
export interface Repair {
  /** The username of the user who controls every policy now. */
  editor: string;
  changes: PolicyChange[];
}

interface PolicyChange {
  policy: string;
  change: 'switched off' | 'narrowed' | 'restored' | 'made';
}

/**
 * Makes some user who can sign in control every policy again, with as little change as that takes:
 * 1. Policies that cannot be used are switched off.
 * 2. The editor is a user whom Allows give control already, or else one with the role admin; of those, the one with the
 *    fewest restrictions. Only where no user is allowed to, the built-in policy of admins is restored.
 * 3. Rules that could bind the editor lose their hold on policies: those on policies alone are removed, those on
 *    everything get the condition `resource.type != 'policies'`. A policy that has no other rules, or whose rule cannot
 *    take the condition, is switched off as it stands.
 *
 * Each change is a version of its policy and a record of the audit trail (`policy.repair`), all in one transaction.
 * @returns undefined where there is nothing to repair.
 * @throws Failure `conflict` where no policy could make a user an editor.
 */
export async function repairPolicies(work: UnitOfWork, clock: Clock): Promise<Repair | undefined> {
  return work.run(async (stores) => {
    await stores.policies.lock();
    await stores.users.lockAll();
    const repairer = new Repairer(stores, clock());
    await repairer.switchOffBroken();
    const editor = await repairer.chooseEditor();
    if (!editor.isAllowed) await repairer.restoreAdminPolicy();
    await repairer.free(editor.user);
    const { changes } = repairer;
    return changes.length === 0 ? undefined : { editor: editor.user.username, changes };
  });
}

interface Candidate {
  user: User;
  isAllowed: boolean;
  restrictions: number;
}

class Repairer {
  readonly changes: PolicyChange[] = [];

  constructor(
    private readonly stores: Stores,
    private readonly at: Date,
  ) {}

  async switchOffBroken(): Promise<void> {
    const { documents } = await this.stores.policies.inForce();
    for (const { id } of documents.filter(isBroken)) {
      const policy = await this.#find(id);
      await this.#change(policy, changed(policy, { enabled: false }, this.at), 'switched off');
    }
  }

  async chooseEditor(): Promise<Candidate> {
    const set = await this.#set();
    let best: Candidate | undefined;
    for await (const page of this.stores.users.ableToSignIn()) {
      for (const user of page) {
        const { isAllowed, restrictedBy } = missingControl(set, user);
        if (!isAllowed && !user.roles.includes(ADMIN_ROLE)) continue;
        const candidate = { user, isAllowed, restrictions: restrictedBy.length };
        if (!best || isBetter(candidate, best)) best = candidate;
      }
    }
    if (best) return best;
    throw new Failure(
      'conflict',
      'No user who can sign in has the role admin, so the policies cannot be repaired. docs/how-to/repair-policies.md shows how to let an admin sign in again.',
      { code: 'no_admin' },
    );
  }

  async restoreAdminPolicy(): Promise<void> {
    const { name, version, rules } = builtinPolicies.find(({ name }) => name === 'admin_access_policy')!;
    const policy = await this.stores.policies.findByName(name);
    if (policy) {
      return this.#change(policy, changed(policy, { version, rules, enabled: true }, this.at), 'restored');
    }
    const made = {
      id: uuidv7(),
      name,
      version,
      description: null,
      enabled: true,
      rules,
      revision: 1,
      createdAt: this.at,
      updatedAt: this.at,
    };
    return this.#change(undefined, made, 'made');
  }

  /** Removes the effect on policies from the rules that could bind the user. */
  async free(user: User): Promise<void> {
    const { restrictedBy } = missingControl(await this.#set(), user);
    for (const id of new Set(restrictedBy.map(({ policyId }) => policyId))) {
      const policy = await this.#find(id);
      const binding = new Set(restrictedBy.filter((rule) => rule.policyId === id).map(({ index }) => index));
      const rules = withoutPolicies(policy.rules, binding);
      const narrowed = changed(policy, { rules }, this.at);
      if (rules.length > 0 && !isBroken(documentOf(narrowed)))
        await this.#change(policy, narrowed, 'narrowed');
      else await this.#change(policy, changed(policy, { enabled: false }, this.at), 'switched off');
    }
    if (!controlsPolicies(await this.#set(), user))
      throw new Error(`${user.username} still does not control the policies after the repair`);
  }

  async #find(id: string | null | undefined): Promise<Policy> {
    const policy = id ? await this.stores.policies.find(id) : undefined;
    if (!policy) throw new Error(`the policy ${id} in force is not stored`);
    return policy;
  }

  async #set(): Promise<PolicySet> {
    const { documents, revision } = await this.stores.policies.inForce();
    return compilePolicies(documents, { revision });
  }

  async #change(before: Policy | undefined, after: Policy, change: PolicyChange['change']): Promise<void> {
    const { policies, audit } = this.stores;
    await (before ? policies.save(after) : policies.insert(after));
    await policies.recordChange(after, { by: undefined, at: this.at });
    await audit.append({
      ...NO_USER,
      action: 'policy.repair',
      resource: `policies/${after.id}`,
      result: 'success',
      details: policyDiff(before, after),
    });
    this.changes.push({ policy: after.name, change });
  }
}

/** Candidates who need no policy restored come first, then those with the fewest restrictions. */
function isBetter(one: Candidate, other: Candidate): boolean {
  if (one.isAllowed !== other.isAllowed) return one.isAllowed;
  return one.restrictions < other.restrictions;
}

const NOT_POLICIES = "resource.type != 'policies'";

function withoutPolicies(rules: readonly PolicyRule[], binding: ReadonlySet<number>): PolicyRule[] {
  return rules.flatMap((rule, index) => {
    if (!binding.has(index)) return [rule];
    if (rule.resource !== '*') return [];
    const { condition } = rule;
    return [
      { ...rule, condition: condition === undefined ? NOT_POLICIES : `${NOT_POLICIES} && (${condition})` },
    ];
  });
}

function isBroken(document: PolicyDocument): boolean {
  try {
    compilePolicy(document);
    return false;
  } catch (error) {
    if (isFailure(error)) return true;
    throw error;
  }
}
