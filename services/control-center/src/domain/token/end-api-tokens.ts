import type { Stores } from '../unit-of-work.js';
import type { User } from '../user/user.js';
import type { ApiToken } from './api-token.js';

type Needed = Pick<Stores, 'apiTokens' | 'revoke'>;

/**
 * Ends every API token of a user: after a new password, a removed second factor or a disabled account, tokens created
 * before must not work any longer.
 * @returns the number of ended tokens.
 */
export async function endApiTokens({ apiTokens, revoke }: Needed, userId: string, at: Date): Promise<number> {
  return revokeAll(await apiTokens.removeAllOf(userId), revoke, at);
}

/**
 * Removes the roles that a user has lost from the user's API tokens, and ends those that have none left: granting the
 * role again must not restore them.
 * @returns the number of ended tokens.
 */
export async function endLostRoles(
  { apiTokens, revoke }: Needed,
  { id, roles }: Pick<User, 'id' | 'roles'>,
  at: Date,
): Promise<number> {
  return revokeAll(await apiTokens.keepRoles(id, roles), revoke, at);
}

function revokeAll(tokens: readonly ApiToken[], revoke: Needed['revoke'], at: Date): number {
  for (const { id, expiresAt } of tokens) revoke({ kind: 'api_token', subject: id, at, expiresAt });
  return tokens.length;
}
