import type { DataOf, listTokens } from '@provisioning/contracts';
import type { ApiToken } from '../../domain/token/api-token.js';

/** Returns an API token as the contract shows it, without its text. */
export function presentApiToken(token: ApiToken): DataOf<typeof listTokens>[number] {
  return {
    id: token.id,
    name: token.name,
    roles: [...token.roles],
    created_at: token.createdAt.toISOString(),
    expires_at: token.expiresAt.toISOString(),
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
  };
}
