import { createKeyring, signText, type Keyring } from '@provisioning/auth-token';
import {
  POLICY_BUNDLE_PURPOSE,
  type Introspection,
  type LoggedDecision,
  type PolicyBundle,
  type PolicyBundlePayload,
  type Revocation,
  type Revocations,
} from '@provisioning/contracts';
import { builtinPolicies, documentsIn, POLICY_FORMAT, type PolicyDocument } from '@provisioning/policy';
import { v7 as uuidv7 } from 'uuid';
import type { AccessSource } from '../../src/compose/access.js';
import type { CurrentUser } from '../../src/domain/access/grant-reviewer.js';

/** The access data of the control center: the built-in policies, which a test can change. */
export class FakeAccess implements AccessSource {
  revision = 1;
  /** The format that bundles claim to need; undefined: none is named, as in 0.1. */
  format: number | undefined;
  policies: readonly PolicyDocument[] = builtinPolicies;
  readonly revoked: Revocation[] = [];
  /** By the hash of their token. */
  readonly tokens = new Map<string, NonNullable<Introspection['token']>>();
  /** Users that differ from the default: enabled admins. */
  readonly known = new Map<string, Partial<CurrentUser>>();
  readonly decisions: LoggedDecision[] = [];
  /** Whether the control center is unreachable. */
  away = false;
  /** A key that replaces the shared secret for signatures. */
  forger: Keyring | undefined;
  readonly #keyring: Keyring;

  constructor(secret: string) {
    this.#keyring = createKeyring([secret]);
  }

  revoke(kind: Revocation['kind'], subject: string, at = new Date()): void {
    const expires_at = new Date(at.getTime() + 3_600_000).toISOString();
    this.revoked.push({ seq: this.revoked.length + 1, kind, subject, at: at.toISOString(), expires_at });
  }

  change(policies: readonly PolicyDocument[]): void {
    this.policies = policies;
    this.revision += 1;
  }

  async revocations(after: number): Promise<Revocations> {
    this.#mustBeThere();
    const revocations = this.revoked.filter(({ seq }) => seq > after).slice(0, 1_000);
    return { revocations, head: this.revoked.length, policy_revision: this.revision };
  }

  /** @param known the format that the asking process knows, as the control center heeds it */
  async policyBundle(known = POLICY_FORMAT): Promise<PolicyBundle> {
    this.#mustBeThere();
    const policies = documentsIn(known, this.policies).map(({ name, version, rules }) => ({
      id: uuidv7(),
      name,
      version,
      rules,
    }));
    const payload = JSON.stringify({
      revision: this.revision,
      issued_at: new Date().toISOString(),
      ...(this.format === undefined ? {} : { format: this.format }),
      policies: policies as PolicyBundlePayload['policies'],
    } satisfies PolicyBundlePayload);
    return { payload, ...signText(this.forger ?? this.#keyring, POLICY_BUNDLE_PURPOSE, payload) };
  }

  async introspect(tokenHash: string): Promise<Introspection> {
    this.#mustBeThere();
    return { token: this.tokens.get(tokenHash) ?? null, as_of: this.revoked.length };
  }

  async users(ids: readonly string[]): Promise<CurrentUser[]> {
    this.#mustBeThere();
    return ids.map((id) => ({
      id,
      username: 'somebody',
      email: 'somebody@example.com',
      roles: ['admin'],
      enabled: true,
      ...this.known.get(id),
    }));
  }

  async record(decisions: readonly LoggedDecision[]): Promise<void> {
    this.#mustBeThere();
    this.decisions.push(...decisions);
  }

  #mustBeThere(): void {
    if (this.away) throw new Error('the control center is away');
  }
}
