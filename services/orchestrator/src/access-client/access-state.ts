import { isSigned, RevocationSet, type Keyring } from '@provisioning/auth-token';
import {
  POLICY_BUNDLE_PURPOSE,
  type PolicyBundle,
  type PolicyBundlePayload,
  type Revocation,
} from '@provisioning/contracts';
import { Failure, messageOf } from '@provisioning/errors';
import { compilePolicies, POLICY_FORMAT, type PolicySet } from '@provisioning/policy';
import type { Marks } from './access-marks.js';

/** The state on disk, with which a restarted process decides while the control center is away. */
export interface KeptAccess {
  bundle: PolicyBundle;
  /** The number of the last revocation, and the revocations up to it that are still relevant. */
  head: number;
  revocations: Revocation[];
  /** When the control center last answered (ISO 8601). */
  heard_at: string;
}

/** The newest policies cannot be used by this process: their format, or something in them, is unknown. */
export class UnusablePolicies extends Error {
  constructor(
    readonly revision: number,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** The control center's decisions that are known here: the revocations and the policies. */
export class AccessState {
  readonly #revocations = new Map<number, Revocation>();
  #set = new RevocationSet();
  #policies: PolicySet | undefined;
  #bundle: PolicyBundle | undefined;
  /** Why the newest policies cannot be used; undefined if they can. */
  #unusable: UnusablePolicies | undefined;
  /** The highest revision that any process has received: older policies are never put in force. */
  #floor = 0;
  /** The last revocation that is known. */
  head = 0;
  /** When the control center last answered, in milliseconds since the epoch. */
  heardAt = 0;
  /** When the policies in force were last confirmed to be the newest. */
  policiesAt = 0;

  constructor(private readonly keyring: Keyring) {}

  get revoked(): RevocationSet {
    return this.#set;
  }

  get revision(): number {
    return this.#policies?.revision ?? 0;
  }

  /** @throws Failure `unavailable` if there have been none yet, or the newest cannot be used (`policy_unsupported`) */
  get policies(): PolicySet {
    if (this.#policies) return this.#policies;
    if (this.#unusable) {
      throw new Failure(
        'unavailable',
        `The policies of the control center cannot be used here, so nothing can be allowed: ${this.#unusable.message} Update this service, or correct the policies.`,
        { code: 'policy_unsupported', retryAfter: 5 },
      );
    }
    throw new Failure(
      'unavailable',
      'The policies have not arrived from the control center yet, so nothing can be allowed. Start it, or see that CONTROL_CENTER_INTERNAL_URL is the address of its internal port.',
      { code: 'policy_unavailable', retryAfter: 2 },
    );
  }

  get hasPolicies(): boolean {
    return this.#policies !== undefined;
  }

  addRevocations(revocations: readonly Revocation[], head: number): void {
    for (const revocation of revocations) {
      this.#revocations.set(revocation.seq, revocation);
      this.#set.add(revocation);
    }
    this.head = Math.max(this.head, head);
  }

  /**
   * Puts a bundle in force completely or not at all. A newer one that this process cannot use ends those in force: they
   * may allow what the newer one restricts.
   * @throws UnusablePolicies in that case; another Error if the control center did not sign it, or it is older than the one
   * in force
   */
  use(bundle: PolicyBundle): void {
    if (!isSigned(this.keyring, POLICY_BUNDLE_PURPOSE, bundle.payload, bundle))
      throw new Error('the policy bundle is not signed with the secret that the services share');
    // Safe cast: signed by the control center, it has the shape of the contract.
    const { revision, format = 1, policies } = JSON.parse(bundle.payload) as PolicyBundlePayload;
    const newest = Math.max(this.revision, this.#floor);
    if (revision < newest)
      throw new Error(`the policy bundle has revision ${revision}, older than ${newest}, which was in force`);
    if (revision === 0) throw new Error('the control center has no policies yet');
    try {
      if (format > POLICY_FORMAT)
        throw new Error(`They have format ${format}, and this process knows formats up to ${POLICY_FORMAT}.`);
      this.#policies = compilePolicies(policies, { revision });
    } catch (error) {
      this.#unusable = new UnusablePolicies(revision, messageOf(error), { cause: error });
      this.#policies = undefined;
      this.#bundle = undefined;
      this.#floor = revision;
      throw this.#unusable;
    }
    this.#unusable = undefined;
    this.#bundle = bundle;
  }

  forgetExpired(now: Date): void {
    for (const [seq, { expires_at: end }] of this.#revocations)
      if (Date.parse(end) <= now.getTime()) this.#revocations.delete(seq);
    this.#set.forgetExpired(now);
  }

  /** Undefined if there is no state to store yet. */
  toKeep(): KeptAccess | undefined {
    if (!this.#bundle) return undefined;
    return {
      bundle: this.#bundle,
      head: this.head,
      revocations: [...this.#revocations.values()],
      heard_at: new Date(this.heardAt).toISOString(),
    };
  }

  /** Called before anything is put in force, with the marks of other processes and earlier ones. */
  startFrom({ policyRevision }: Marks): void {
    this.#floor = policyRevision;
  }

  /**
   * @param marks the newest revisions that any process has received
   * @throws if the bundle is not valid, or if policies or revocations are older than the marks
   */
  restore({ bundle, head, revocations, heard_at: heardAt }: KeptAccess, marks: Marks): void {
    if (head < marks.revocationHead)
      throw new Error(
        `its last revocation is number ${head}, and ${marks.revocationHead} was received before: an older file was put back`,
      );
    this.use(bundle);
    this.addRevocations(revocations, head);
    // A clock that was set back must not make it younger than now.
    this.heardAt = Math.min(Date.parse(heardAt), Date.now());
    this.policiesAt = this.heardAt;
  }
}
