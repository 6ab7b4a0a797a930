import type { Page } from '../page.js';
import type { NewUser, User, UserCredentials } from './user.js';

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
