import type { AuditTrail } from './audit/audit-record.js';
import type { EndReason, NewSession, Session } from './session/session.js';
import type { NewUser, User, UserCredentials } from './user/user.js';

/** The present time; tests set their own. */
export type Clock = () => Date;

export interface Page {
  limit: number;
  offset: number;
}

export interface UserFilter extends Page {
  role: string | undefined;
  enabled: boolean | undefined;
}

export interface UserStore {
  isEmpty(): Promise<boolean>;
  find(id: string): Promise<User | undefined>;
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
  /** Ids of the enabled admins: none of them is changed by anybody else meanwhile. Call it before {@link lock}. */
  lockEnabledAdmins(): Promise<string[]>;
  lock(id: string): Promise<User | undefined>;
  /** @throws Failure `conflict` when the address is taken. */
  save(user: User, passwordHash: string | undefined): Promise<void>;
  remove(id: string): Promise<void>;
  /** @returns false when the user was disabled, deleted or changed since `tokenEpoch` was read. */
  recordLogin(id: string, tokenEpoch: number, at: Date): Promise<boolean>;
}

export interface SessionStore {
  find(id: string): Promise<Session | undefined>;
  /** Those that are not over at `now`, newest first. */
  listOpen(userId: string, now: Date, page: Page): Promise<{ sessions: Session[]; total: number }>;
  insert(session: NewSession): Promise<void>;
  /** Puts token `to` in the place of `from`. @returns false when `from` is not the session's token (any more). */
  rotate(id: string, from: string, to: string, at: Date): Promise<boolean>;
  /** When the token was replaced by another; undefined if it never was. */
  rotatedAt(tokenId: string): Promise<Date | undefined>;
  touch(id: string, at: Date): Promise<void>;
  /** Ended sessions stay as they are. */
  end(id: string, reason: EndReason, at: Date): Promise<void>;
  endAllOf(userId: string, reason: EndReason, at: Date): Promise<void>;
}

/** What can be read and changed within a unit of work. */
interface Stores {
  users: UserWrites;
  sessions: SessionStore;
  /** Its records are put down at the end, in the order in which they came: `append` itself does not wait for that. */
  audit: AuditTrail;
}

/** One transaction: all of it happens, or nothing. */
export interface UnitOfWork {
  run<T>(act: (stores: Stores) => Promise<T>): Promise<T>;
}

/** Counts the sign-ins that were tried and did not succeed, by key; every call is atomic over all processes. */
export interface LoginAttempts {
  /** Counts one up to `most`, forgotten at `forgetAt`. @returns false, and counts nothing, when `most` are counted already. */
  claim(key: string, most: number, now: Date, forgetAt: Date): Promise<boolean>;
  /** Takes one claim back: it was not tried after all. */
  release(key: string): Promise<void>;
  clear(key: string): Promise<void>;
}

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

interface TokenSubject {
  userId: string;
  username: string;
  email?: string;
  roles: readonly string[];
  sessionId: string;
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
  /** @throws Failure `unauthenticated`. */
  verify(token: string, now: Date): TokenClaims;
}
