import {
  API_TOKEN_PREFIX,
  enrollmentRequired,
  isApiTokenIntact,
  type Claims,
  type Keyring,
} from '@provisioning/auth-token';
import type { Introspection, PolicyBundle, Revocations } from '@provisioning/contracts';
import type { Principal } from '@provisioning/http-kit';
import type { PolicySet } from '@provisioning/policy';
import type { Logger } from '@provisioning/runtime';
import { refuseIfStale, type AccessRules } from '../domain/access/access-rules.js';
import type { AccessFile } from './access-file.js';
import type { AccessMarks } from './access-marks.js';
import { AccessState, UnusablePolicies } from './access-state.js';
import { ApiTokenCache, noGood } from './api-token-cache.js';
import { VerifiedTokens } from './verified-tokens.js';

/** The calls to the control center. */
export interface ControlCenter {
  revocations(after: number): Promise<Revocations>;
  policyBundle(): Promise<PolicyBundle>;
  introspect(tokenHash: string): Promise<Introspection>;
}

/** What {@link AccessClient} needs. */
export interface AccessClientOptions {
  controlCenter: ControlCenter;
  keyring: Keyring;
  file: Pick<AccessFile, 'read' | 'write'>;
  marks: Pick<AccessMarks, 'read' | 'keep'>;
  rules: AccessRules;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Called for each bundle that could not be put in force. */
  bundleFailed?: () => void;
}

/** A principal in a form that survives JSON unchanged. */
export interface RememberedPrincipal {
  principal: Principal;
  claims: Claims | null;
  since: string;
  /** For an API token: the newest revocation that was taken into account. */
  as_of?: number;
}

const KEEP_MS = 10_000;
/** Logged when a read fails. */
export const UNREACHABLE =
  'the control center does not answer: its last policies and revocations stay in force';

/**
 * The control center's decisions about access: policies, revocations and tokens. They are read periodically and on each
 * notice of a change, and are stored on disk, so that this process can decide while the control center is away.
 */
export class AccessClient {
  readonly #state: AccessState;
  readonly #tokens: ApiTokenCache;
  readonly #verified: VerifiedTokens;
  readonly #listeners = new Set<() => void>();
  /** When each session's principal became known: only later changes to its user end it. */
  readonly #known = new WeakMap<Principal, { claims?: Claims; since: Date; asOf?: number | undefined }>();
  #keptAt = 0;
  #bundleIsBad = false;
  /** The control center restarted its count of revocations, and the marks do not have that yet. */
  #countsAnew = false;

  constructor(private readonly options: AccessClientOptions) {
    this.#state = new AccessState(options.keyring);
    this.#verified = new VerifiedTokens(options.keyring);
    this.#tokens = new ApiTokenCache(
      (hash) => options.controlCenter.introspect(hash),
      () => this.#state.revoked,
    );
  }

  /** Loads the state on disk, then that of the control center; continues without the latter if it does not answer. */
  async start(): Promise<void> {
    try {
      const marks = await this.options.marks.read();
      this.#state.startFrom(marks);
      const kept = await this.options.file.read();
      if (kept) this.#state.restore(kept, marks);
    } catch (error) {
      this.options.log.error(
        'the policies stored on disk are refused: none are in force until the control center answers',
        {
          error,
        },
      );
    }
    await this.look().catch((error: unknown) => this.options.log.warn(UNREACHABLE, { error }));
  }

  /** Stores the state for the next start. */
  async stop(): Promise<void> {
    await this.#keep();
  }

  /**
   * Reads the changes from the control center once. Calls must not overlap; the job runner ensures that.
   * @throws the error of the call; the state that was read before stays in force
   */
  async look(): Promise<void> {
    const changed = await this.#hear(this.options.controlCenter);
    if (changed) for (const listener of this.#listeners) listener();
    if (changed || Date.now() - this.#keptAt > KEEP_MS) await this.#keep();
  }

  /** @throws Failure `unauthenticated` unless the token is valid and was not revoked */
  authenticate(token: string, operation?: { forMfaEnrollment?: boolean }): Promise<Principal> | Principal {
    if (token.startsWith(API_TOKEN_PREFIX)) return this.#authenticateApiToken(token);
    const { claims, principal, issuedAt: since } = this.#verified.verify(token);
    if (this.#state.revoked.isRevoked(claims)) throw noGood();
    if (claims.scope !== undefined && !operation?.forMfaEnrollment) throw enrollmentRequired();
    if (!this.#known.has(principal)) this.#known.set(principal, { claims, since });
    return principal;
  }

  async #authenticateApiToken(token: string): Promise<Principal> {
    if (!isApiTokenIntact(token)) throw noGood('the API token has a wrong form or checksum');
    const { principal, knownSince: since, asOf } = await this.#tokens.authenticate(token);
    if (!this.#known.has(principal)) this.#known.set(principal, { since, asOf });
    return principal;
  }

  /** Whether a result of {@link authenticate} is still valid. */
  isGood(principal: Principal): boolean {
    if (principal.expiresAt * 1000 <= Date.now()) return false;
    const known = this.#known.get(principal);
    if (known?.claims) return !this.#state.revoked.isRevoked(known.claims);
    return this.#tokens.stands({ principal, knownSince: known?.since ?? new Date(0), asOf: known?.asOf });
  }

  /** The data with which any process can recognise a principal again; it contains no part of a token. */
  remember(principal: Principal): RememberedPrincipal {
    const known = this.#known.get(principal);
    return {
      principal,
      claims: known?.claims ?? null,
      since: (known?.since ?? new Date(0)).toISOString(),
      ...(known?.asOf === undefined ? {} : { as_of: known.asOf }),
    };
  }

  /** Undefined if the principal is no longer valid. */
  recall({ principal, claims, since, as_of: asOf }: RememberedPrincipal): Principal | undefined {
    this.#known.set(principal, { ...(claims ? { claims } : {}), since: new Date(since), asOf });
    return this.isGood(principal) ? principal : undefined;
  }

  /** Calls back after each revocation and each change of the policies. @returns a function that ends this */
  onRevoked(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @throws Failure `unavailable` if there are none yet */
  policies(): PolicySet {
    return this.#state.policies;
  }

  /** @throws Failure `unavailable` if it is unknown whether a change is still allowed */
  refuseIfStale(): void {
    void this.#state.policies;
    refuseIfStale(this.options.rules, this.silentSeconds, (Date.now() - this.#state.policiesAt) / 1000);
  }

  /** Seconds since the control center last answered. */
  get silentSeconds(): number {
    return (Date.now() - this.#state.heardAt) / 1000;
  }

  /** Why this process cannot decide on current data; undefined if it can. */
  get trouble(): string | undefined {
    if (!this.#state.hasPolicies) return 'no policies';
    if (this.#bundleIsBad) return 'the policies of the control center cannot be used';
    const { revocationsStale, policiesStale } = this.options.rules;
    return this.silentSeconds > Math.min(revocationsStale, policiesStale)
      ? 'the control center is silent'
      : undefined;
  }

  get revision(): number {
    return this.#state.revision;
  }

  /** @returns whether there was anything new */
  async #hear(controlCenter: ControlCenter): Promise<boolean> {
    let changed = false;
    for (let more = true; more;) {
      const before = Date.now();
      const {
        revocations,
        head,
        policy_revision: revision,
      } = await controlCenter.revocations(this.#state.head);
      if (head < this.#state.head) {
        // The control center counts anew, for example after its database was restored: everything must be read again.
        this.#state.head = 0;
        this.#countsAnew = true;
        continue;
      }
      const last = revocations.at(-1)?.seq ?? head;
      more = last < head;
      this.#state.addRevocations(revocations, more ? last : head);
      changed ||= revocations.length > 0;
      if (!more && revision !== this.#state.revision) changed = (await this.#renew(controlCenter)) || changed;
      // The time of the request counts, because the answer may have taken long.
      this.#state.heardAt = before;
      if (revision === this.#state.revision) this.#state.policiesAt = before;
    }
    this.#state.forgetExpired(new Date());
    return changed;
  }

  async #renew(controlCenter: ControlCenter): Promise<boolean> {
    const bundle = await controlCenter.policyBundle();
    try {
      this.#state.use(bundle);
      this.#bundleIsBad = false;
      return true;
    } catch (error) {
      if (!this.#bundleIsBad)
        this.options.log.error(
          error instanceof UnusablePolicies
            ? 'the policies cannot be used by this process: nothing is allowed until they can'
            : 'the new policies cannot be applied; the previous ones stay in force',
          { error },
        );
      this.#bundleIsBad = true;
      this.options.bundleFailed?.();
      if (!(error instanceof UnusablePolicies)) return false;
      await this.#markRevision(error.revision);
      return true;
    }
  }

  /** After a restart, the file with the policies before is refused too. */
  async #markRevision(policyRevision: number): Promise<void> {
    await this.options.marks
      .keep({ policyRevision, revocationHead: this.#state.head }, { countsAnew: false })
      .catch((error: unknown) => this.options.log.warn('the access mark cannot be stored', { error }));
  }

  async #keep(): Promise<void> {
    const kept = this.#state.toKeep();
    if (!kept) return;
    this.#keptAt = Date.now();
    const { file, marks, log } = this.options;
    try {
      // The file first: a file that is older than the mark would be refused if this process died between the two.
      await file.write(kept);
      const countsAnew = this.#countsAnew;
      await marks.keep({ policyRevision: this.revision, revocationHead: kept.head }, { countsAnew });
      if (countsAnew) this.#countsAnew = false;
    } catch (error) {
      log.warn('the policies cannot be stored for the next start', { error });
    }
  }
}
