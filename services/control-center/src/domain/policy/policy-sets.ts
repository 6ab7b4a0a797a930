import { Failure } from '@provisioning/errors';
import { compilePolicies, type PolicySet } from '@provisioning/policy';
import type { PolicyStore } from './policy-store.js';

/** Compiles the policies that a unit of work reads; each revision is compiled once. */
export class PolicySets {
  #last: PolicySet | undefined;

  /** @throws Failure `unavailable` where the stored policies cannot be compiled. */
  async of(store: Pick<PolicyStore, 'current' | 'inForce'>): Promise<PolicySet> {
    if (this.#last && this.#last.revision === (await store.current())) return this.#last;
    const { revision, documents } = await store.inForce();
    try {
      this.#last = compilePolicies(documents, { revision });
    } catch (cause) {
      throw new Failure(
        'unavailable',
        'The stored policies cannot be used, so nothing that depends on them can be changed. Run the control center’s migrate --repair-policies.',
        { code: 'policy_unavailable', cause },
      );
    }
    return this.#last;
  }
}
