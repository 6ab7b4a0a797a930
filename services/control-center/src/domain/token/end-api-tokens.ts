import type { Stores } from '../unit-of-work.js';
import type { User } from '../user/user.js';
import type { ApiToken } from './api-token.js';

type Needed = Pick<Stores, 'apiTokens' | 'revoke'>;

/**
 * Ends every API token of a user: made under a password or a second factor that is no longer theirs, or by a user who is
 * disabled, it must not outlast that.
 * @returns how many there were.
 */
export async function endApiTokens({ apiTokens, revoke }: Needed, userId: string, at: Date): Promise<number> {
  return revokeAll(await apiTokens.removeAllOf(userId), revoke, at);
}

/**
 * Takes from a user's API tokens the roles that the user has no longer, and ends those that have none left: a role that
 * comes back later must not bring them back.
 * @returns how many ended.
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
