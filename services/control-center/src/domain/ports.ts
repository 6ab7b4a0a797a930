import type { AuditActor, AuditTrail } from './audit/audit-record.js';
import type { DecisionRecord } from './decision/decision-record.js';
import type { NewRevocation, Revocation } from './revocation/revocation.js';
import type { Policy, PolicyVersion, StoredPolicySet } from './policy/policy.js';
import type { EndReason, NewSession, Session } from './session/session.js';
import type { ApiToken } from './token/api-token.js';
import type { NewUser, User, UserCredentials } from './user/user.js';

/** The present time; tests set their own. */
export type Clock = () => Date;

/** Which part of a list: `limit` rows that follow the first `offset` ones, or the row with the key `after`. */
export interface Page<Key = string> {
  limit: number;
  offset: number;
  after?: Key | undefined;
}

export interface UserFilter extends Page {
  role: string | undefined;
  enabled: boolean | undefined;
}

export interface UserStore {
  isEmpty(): Promise<boolean>;
  find(id: string): Promise<User | undefined>;
  /** Those that there are; an id that is none is nobody's. */
  findAll(ids: readonly string[]): Promise<User[]>;
  /** @param username in its canonical form. */
  findCredentials(username: string): Promise<UserCredentials | undefined>;
  /** Newest first. */
  list(filter: UserFilter): Promise<{ users: User[]; total: number }>;
  /** @throws Failure `conflict` when the name or the address is taken. */
  insert(user: NewUser): Promise<void>;
}

/** What changes users; each lock holds until the unit of work ends. */
export interface UserWrites extends UserStore {
  /** Nobody else writes users meanwhile. */
  lockAll(): Promise<void>;
  /** Enabled users whose second factor, where they must have one, is there; in pages, admins first. */
  ableToSignIn(): AsyncIterable<User[]>;
  lock(id: string): Promise<User | undefined>;
  /** @throws Failure `conflict` when the address is taken. */
  save(user: User, passwordHash: string | undefined): Promise<void>;
  remove(id: string): Promise<void>;
  /** A sign-in under way meanwhile comes to nothing. */
  setMfaEnabled(user: User, enabled: boolean, at: Date): Promise<void>;
  /** @returns undefined when the user was disabled, deleted or changed since `tokenEpoch` was read. */
  recordLogin(
    id: string,
    tokenEpoch: number,
    at: Date,
  ): Promise<{ tokensRevokedAt: Date | null } | undefined>;
}

export interface SessionStore {
  find(id: string): Promise<Session | undefined>;
  /** Those that are not over at `now`, newest first. */
  listOpen(userId: string, now: Date, page: Page): Promise<{ sessions: Session[]; total: number }>;
  touch(id: string, at: Date): Promise<void>;
}

/** What changes sessions. Whatever ends here is revoked in the same transaction, for those who do not ask here. */
export interface SessionWrites extends SessionStore {
  insert(session: NewSession): Promise<void>;
  /** Puts token `to` in the place of `from`. @returns false when `from` is not the session's token (any more). */
  rotate(id: string, from: string, to: string, at: Date): Promise<boolean>;
  /** When the token was replaced by another; undefined if it never was. */
  rotatedAt(tokenId: string): Promise<Date | undefined>;
  /** @returns false for a session that had ended already: it stays as it is. */
  end(id: string, reason: EndReason, at: Date): Promise<boolean>;
  /** Whatever the user was issued until now is good no more, in other services too. */
  endAllOf(userId: string, reason: EndReason, at: Date): Promise<void>;
  endOthersOf(userId: string, keptId: string, reason: EndReason, at: Date): Promise<void>;
}

/** What was revoked, in the order of its commits. */
export interface RevocationLog {
  /** Number of the newest. */
  head(): Promise<number>;
  /** At most `most` of those after `seq` that matter at `now`; fewer than that: nothing up to `head` is missing. */
  after(seq: number, most: number, now: Date): Promise<{ revocations: Revocation[]; head: number }>;
}

/** A secret that counts for nothing until a code confirms it. */
export interface PendingFactor {
  sealed: Uint8Array;
  at: Date;
  /** The session that began it, and alone can confirm it; null where that is not known. */
  sessionId: string | null;
}

export interface MfaState {
  /** The secret that codes are taken of; undefined while there is none. */
  sealed: Uint8Array | undefined;
  pending: PendingFactor | undefined;
}

export interface MfaLocks {
  /** The attempt after which none is looked at `until` then. */
  shortAfter: number;
  until: Date;
  /** The attempt after which none is looked at any more. */
  longAfter: number;
}

export interface MfaStore {
  find(userId: string): Promise<MfaState | undefined>;
  hasRecoveryCode(userId: string, hash: string): Promise<boolean>;
  /** @returns how many were counted since the last good code; undefined, and counts nothing, while it is locked. */
  countAttempt(userId: string, now: Date, locks: MfaLocks): Promise<number | undefined>;
}

export interface MfaWrites extends MfaStore {
  setPending(userId: string, pending: PendingFactor): Promise<void>;
  /** @returns false when another secret is pending by now. */
  activate(userId: string, sealed: Uint8Array, step: number, at: Date): Promise<boolean>;
  /** @returns false when a code of this step, or a later one, was taken already, or the secret is another by now. */
  useStep(userId: string, sealed: Uint8Array, step: number): Promise<boolean>;
  /** @returns how many are left; undefined when it was used already. */
  useRecoveryCode(userId: string, hash: string, at: Date): Promise<number | undefined>;
  replaceRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void>;
  remove(userId: string): Promise<void>;
}

export interface ApiTokenStore {
  /** @param hash SHA-256 in hex. */
  find(hash: string): Promise<{ token: ApiToken; user: User } | undefined>;
  /** Those that have not expired at `now`, newest first. */
  listOf(userId: string, now: Date, page: Page): Promise<{ tokens: ApiToken[]; total: number }>;
  touch(id: string, at: Date): Promise<void>;
}

export interface ApiTokenWrites extends ApiTokenStore {
  /** @throws Failure `conflict` when the user has a live one of that name. */
  insert(token: ApiToken, hash: string, now: Date): Promise<void>;
  /** @returns what was removed; undefined when the user has no such live token. */
  remove(userId: string, id: string, now: Date): Promise<ApiToken | undefined>;
  /** @returns what was removed. */
  removeAllOf(userId: string): Promise<ApiToken[]>;
  /** Takes every other role from the user's tokens, and removes those without any. @returns what was removed. */
  keepRoles(userId: string, roles: readonly string[]): Promise<ApiToken[]>;
}

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

export interface DecisionFilter {
  from: Date;
  /** Before it. */
  to: Date | undefined;
  userId: string | undefined;
}

/** The decisions that were taken, for as long as they are kept. */
export interface DecisionLog {
  /** Each once, however often it comes. @returns how many of them were new. */
  insert(decisions: readonly DecisionRecord[]): Promise<number>;
  find(id: string): Promise<DecisionRecord | undefined>;
  /** Newest first, `size` at a time. */
  pages(filter: DecisionFilter, size: number): AsyncIterable<DecisionRecord[]>;
}

/** A caller's Idempotency-Key, with a digest of what it was sent with. */
export interface IdempotencyKey {
  key: string;
  principal: string;
  requestHash: string;
}

export interface IdempotencyKeys {
  /**
   * Makes something, unless the same request came with the same key within 24 hours: then the answer is that of then. The
   * answer is stored as JSON, so it may hold neither dates nor secrets.
   * @throws Failure `conflict` when the key came with another request.
   */
  once<Answer>(
    key: IdempotencyKey | undefined,
    make: () => Promise<Answer>,
  ): Promise<{ answer: Answer; replayed: boolean }>;
}

/** What can be read and changed within a unit of work. */
export interface Stores {
  users: UserWrites;
  sessions: SessionWrites;
  mfa: MfaWrites;
  apiTokens: ApiTokenWrites;
  /** For what is neither a session nor a user: those tell by themselves. */
  revoke(revocation: NewRevocation): void;
  policies: PolicyWrites;
  idempotency: IdempotencyKeys;
  /** Its records are put down at the end, in the order in which they came: `append` itself does not wait for that. */
  audit: AuditTrail;
}

/** One transaction: all of it happens, or nothing. */
export interface UnitOfWork {
  run<T>(act: (stores: Stores) => Promise<T>): Promise<T>;
}

/** Counts the sign-ins that were tried and did not succeed, by key; every call is atomic over all processes. */
export interface LoginAttempts {
  /**
   * Counts one up to `most`, forgotten at `forgetAt`.
   * @returns how many are counted now; undefined, and counts nothing, when `most` are counted already.
   */
  claim(key: string, most: number, now: Date, forgetAt: Date): Promise<number | undefined>;
  /** Counts one; all of them are forgotten `forgetAfterMs` after the first. */
  add(key: string, now: Date, forgetAfterMs: number): Promise<void>;
  count(key: string, now: Date): Promise<number>;
  /** Takes one claim back: it was not tried after all. */
  release(key: string): Promise<void>;
  clear(key: string): Promise<void>;
}

/** Passwords count in their canonical form (`canonicalPassword`). */
export interface PasswordHasher {
  /** @throws Failure `unavailable` when too many wait already. */
  hash(password: string): Promise<string>;
  /**
   * Takes the same time for the hash of nobody (undefined), which nothing matches.
   * @throws Failure `unavailable` when too many wait already.
   */
  matches(password: string, hash: string | undefined): Promise<boolean>;
  /** Lasts about as long as `matches`, without its work. */
  pretend(): Promise<void>;
}

/** Knows the passwords that everybody tries first. */
export interface CommonPasswords {
  /** @param text in lower case. */
  has(text: string): boolean;
}

/** What alone a token is good for. */
export type TokenScope = 'mfa_enrollment';

interface TokenSubject {
  userId: string;
  username: string;
  email?: string;
  roles: readonly string[];
  sessionId: string;
  scope?: TokenScope;
}

export interface TokenClaims extends TokenSubject {
  tokenId: string;
  /** Seconds since the epoch. */
  expiresAt: number;
}

export interface IssuedToken {
  token: string;
  tokenId: string;
  expiresAt: Date;
}

/** Signs and reads access tokens. */
export interface Tokens {
  issue(subject: TokenSubject, lifetimeSeconds: number, now: Date): IssuedToken;
  /**
   * @param accepted scopes that what is asked for is within.
   * @throws Failure `unauthenticated`; `forbidden` for a scope that is not accepted.
   */
  verify(token: string, now: Date, accepted: readonly TokenScope[]): TokenClaims;
}

/** Makes and reads the texts of API tokens. */
export interface ApiTokenTexts {
  make(): string;
  /** The same for the same request: it is shown again, though it is kept nowhere. */
  makeFor(request: IdempotencyKey): string;
  /** Whether it can be one of ours, without a look-up. */
  isIntact(text: string): boolean;
  hash(text: string): string;
}

/** Time-based one-time passwords. */
export interface Totp {
  /** Base32. */
  newSecret(): string;
  /** The time step whose code it is, near `at`; undefined for a wrong one. */
  matchedStep(secret: string, code: string, at: Date): number | undefined;
  url(secret: string, username: string): string;
  /** A picture of the URL, as a data URI. */
  qrCode(url: string): Promise<string>;
}

/** Keeps secrets so that the database alone tells nothing of them. */
export interface SecretBox {
  /** @param owner whom alone it can be opened for. */
  seal(text: string, owner: string): Uint8Array;
  open(sealed: Uint8Array, owner: string): string;
}
