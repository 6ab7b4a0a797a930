import type { createUser, DataOf, getUser } from '@provisioning/contracts';
import type { CreatedUser } from '../../domain/user/user-service.js';
import type { User } from '../../domain/user/user.js';

/** Returns a user as the contract shows it. */
export function presentUser(user: User): DataOf<typeof getUser> {
  return {
    ...presentNewUser(user),
    created_at: user.createdAt.toISOString(),
    last_login: user.lastLogin?.toISOString() ?? null,
    updated_at: user.updatedAt.toISOString(),
    mfa_enabled: user.mfaEnabled,
  };
}

/** Returns a created user as the contract shows it. */
export function presentNewUser({
  id,
  username,
  email,
  roles,
  enabled,
}: CreatedUser): DataOf<typeof createUser> {
  return { id, username, email, roles: [...roles], enabled };
}
