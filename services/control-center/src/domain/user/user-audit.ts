import type { AuditActor, NewAuditRecord } from '../audit/audit-record.js';
import { sameRoles, type NewUser, type User, type UserChanges } from './user.js';

type Shown = Pick<User, 'username' | 'email' | 'roles' | 'enabled'>;

/** Returns the audit record of a created user. */
export function userCreated(
  user: NewUser,
  by: AuditActor,
  more: Readonly<Record<string, unknown>> = {},
): NewAuditRecord {
  return about(user.id, 'user.create', by, { after: shown(user), ...more });
}

/**
 * Lists only the fields that changed; of a password, only that it changed.
 * @param apiTokensEnded the number of the user's API tokens that ended with the change.
 */
export function userUpdated(
  before: User,
  after: User,
  changes: UserChanges,
  by: AuditActor,
  apiTokensEnded = 0,
): NewAuditRecord {
  return about(before.id, 'user.update', by, {
    ...difference(before, after),
    ...(changes.password !== undefined ? { password_changed: true } : {}),
    ...(apiTokensEnded > 0 ? { api_tokens_ended: apiTokensEnded } : {}),
  });
}

/** Returns the audit record of a deleted user. */
export function userDeleted(user: User, by: AuditActor): NewAuditRecord {
  return about(user.id, 'user.delete', by, { before: shown(user) });
}

/** Returns the audit record of a user whose sessions were ended. */
export function userSessionsEnded(user: User, by: AuditActor): NewAuditRecord {
  return about(user.id, 'user.end_sessions', by, { username: user.username });
}

/**
 * Returns the audit record of a user whose sign-in was unlocked.
 * @param reset whether there were counts of wrong passwords, and of wrong codes
 */
export function userUnlocked(
  user: User,
  by: AuditActor,
  reset: { passwords: boolean; codes: boolean },
): NewAuditRecord {
  return about(user.id, 'user.unlock', by, { username: user.username, reset });
}

function about(
  id: string,
  action: string,
  by: AuditActor,
  details: NewAuditRecord['details'],
): NewAuditRecord {
  return { ...by, action, resource: `users/${id}`, result: 'success', details };
}

function shown({ username, email, roles, enabled }: Shown): Shown {
  return { username, email, roles, enabled };
}

function difference(one: User, other: User): { before: Partial<Shown>; after: Partial<Shown> } {
  const before: Partial<Shown> = {};
  const after: Partial<Shown> = {};
  if (one.email !== other.email) [before.email, after.email] = [one.email, other.email];
  if (one.enabled !== other.enabled) [before.enabled, after.enabled] = [one.enabled, other.enabled];
  if (!sameRoles(one.roles, other.roles)) [before.roles, after.roles] = [one.roles, other.roles];
  return { before, after };
}
