import type { Page } from '../page.js';
import type { NewUser, User, UserCredentials } from './user.js';

/** A page of the users that match a filter. */
export interface UserFilter extends Page {
  role: string | undefined;
  enabled: boolean | undefined;
  /** A part of the username or of the e-mail address; case-insensitive. */
  text?: string | undefined;
}

/** Reads users. */
export interface UserStore {
  isEmpty(): Promise<boolean>;
  find(id: string): Promise<User | undefined>;
  /** Returns the users that exist; ids of an invalid form are ignored. */
  findAll(ids: readonly string[]): Promise<User[]>;
  /** @param username in its canonical form. */
  findCredentials(username: string): Promise<UserCredentials | undefined>;
  /** Newest first. */
  list(filter: UserFilter): Promise<{ users: User[]; total: number }>;
  /** @throws Failure `conflict` (`username_taken`, `email_taken`). */
  insert(user: NewUser): Promise<void>;
}

/** Changes users; each lock is held until the unit of work ends. */
export interface UserWrites extends UserStore {
  /** Locks the users against other changes. */
  lockAll(): Promise<void>;
  /**
   * Pages of enabled users who can sign in: their second factor exists where they need one. Administrators come first.
   */
  ableToSignIn(): AsyncIterable<User[]>;
  lock(id: string): Promise<User | undefined>;
  /** @throws Failure `conflict` (`email_taken`). */
  save(user: User, passwordHash: string | undefined): Promise<void>;
  remove(id: string): Promise<void>;
  /** Raises the user's epoch, so that a sign-in under way fails. */
  setMfaEnabled(user: User, enabled: boolean, at: Date): Promise<void>;
  /** @returns undefined when the user was disabled, deleted or changed since `tokenEpoch` was read. */
  recordLogin(
    id: string,
    tokenEpoch: number,
    at: Date,
  ): Promise<{ tokensRevokedAt: Date | null } | undefined>;
}
