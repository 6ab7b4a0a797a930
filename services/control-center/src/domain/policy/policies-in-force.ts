import { Failure } from '@provisioning/errors';
import { compilePolicies, type PolicySet } from '@provisioning/policy';
import type { PolicyStore } from './policy-store.js';

/** The stored policies, compiled and ready to be asked. A set that cannot be used leaves the one before it in force. */
export class PoliciesInForce {
  #set: PolicySet | undefined;
  /** The newest revision that was read, whether it could be used or not. */
  #seen: number | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Pick<PolicyStore, 'current' | 'inForce'>,
    /** Told of a stored set that cannot be used, and of its revision. */
    private readonly onFault: (error: unknown, revision: number) => void,
  ) {}

  /** @throws Failure `unavailable` where there never were any: then nothing can be decided. */
  readonly current = (): PolicySet => {
    if (this.#set) return this.#set;
    throw new Failure(
      'unavailable',
      'The policies could not be read yet, so nothing can be allowed. Try again in a moment.',
      { code: 'policy_unavailable', retryAfter: 2 },
    );
  };

  /** After it, the set is one that was stored when it was called, or newer. One reads at a time: no older one comes last. */
  refresh(): Promise<void> {
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  /** Reads them only where there is another revision. */
  async follow(): Promise<void> {
    if ((await this.store.current()) !== this.#seen) await this.refresh();
  }

  async #read(): Promise<void> {
    const { revision, documents } = await this.store.inForce();
    if (revision === this.#seen) return;
    try {
      this.#set = compilePolicies(documents, { revision });
    } catch (error) {
      this.onFault(error, revision);
    }
    this.#seen = revision;
  }
}
