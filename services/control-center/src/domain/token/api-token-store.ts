import type { Page } from '../page.js';
import type { User } from '../user/user.js';
import type { ApiToken } from './api-token.js';

/** Reads API tokens. */
export interface ApiTokenStore {
  /** @param hash SHA-256 in hex. */
  find(hash: string): Promise<{ token: ApiToken; user: User } | undefined>;
  /** Lists the tokens that have not expired at `now`, newest first. */
  listOf(userId: string, now: Date, page: Page): Promise<{ tokens: ApiToken[]; total: number }>;
  touch(id: string, at: Date): Promise<void>;
}

/** Changes API tokens within a unit of work. */
export interface ApiTokenWrites extends ApiTokenStore {
  /** @throws Failure `conflict` (`token_name_taken`) when the user has a valid token of that name. */
  insert(token: ApiToken, hash: string, now: Date): Promise<void>;
  /** @returns the removed token; undefined when the user has no such valid token. */
  remove(userId: string, id: string, now: Date): Promise<ApiToken | undefined>;
  /** @returns the removed tokens. */
  removeAllOf(userId: string): Promise<ApiToken[]>;
  /**
   * Removes every other role from the user's tokens, and the tokens that have none left. @returns the removed tokens.
   */
  keepRoles(userId: string, roles: readonly string[]): Promise<ApiToken[]>;
}
