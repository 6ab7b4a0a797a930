import type { Page } from '../page.js';
import type { User } from '../user/user.js';
import type { ApiToken } from './api-token.js';

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
