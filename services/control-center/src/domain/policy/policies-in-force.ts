import { Failure } from '@provisioning/errors';
import { compilePolicies, type PolicySet } from '@provisioning/policy';
import type { PolicyStore } from './policy-store.js';

/**
 * The stored policies, compiled. A revision that cannot be compiled ends the previous one, which may allow what the newer
 * one restricts: nothing is allowed until the policies can be used.
 */
export class PoliciesInForce {
  #set: PolicySet | undefined;
  /** The newest revision that was read, even if it could not be compiled. */
  #seen: number | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Pick<PolicyStore, 'current' | 'inForce'>,
    /** Called with the fault of a stored revision that cannot be compiled. */
    private readonly onFault: (error: unknown, revision: number) => void,
  ) {}

  /** @throws Failure `unavailable` while no policies have been read yet, or those stored cannot be used. */
  readonly current = (): PolicySet => {
    if (this.#set) return this.#set;
    if (this.#seen !== undefined) {
      throw new Failure(
        'unavailable',
        'The stored policies cannot be used by this version, so every request is refused. Update the service, or repair the policies offline.',
        { code: 'policy_unsupported', retryAfter: 5 },
      );
    }
    throw new Failure(
      'unavailable',
      'The policies have not been read yet, so every request is refused. Try again in a moment.',
      { code: 'policy_unavailable', retryAfter: 2 },
    );
  };

  /**
   * Brings into force the policies that are stored at the time of the call, or newer ones. Calls read one after the
   * other, so that an older revision never replaces a newer one.
   */
  refresh(): Promise<void> {
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  /** Reads the policies only where their revision has changed. */
  async follow(): Promise<void> {
    if ((await this.store.current()) !== this.#seen) await this.refresh();
  }

  async #read(): Promise<void> {
    const { revision, documents } = await this.store.inForce();
    if (revision === this.#seen) return;
    try {
      this.#set = compilePolicies(documents, { revision });
    } catch (error) {
      this.#set = undefined;
      this.onFault(error, revision);
    }
    this.#seen = revision;
  }
}
