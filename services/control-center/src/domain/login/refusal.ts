import { createHash } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import type { AuditActor } from '../audit/audit-record.js';
import type { Stores } from '../unit-of-work.js';
import type { User } from '../user/user.js';
import { MOST_FAILURES } from './lockout.js';

/** Why a sign-in was refused; only the audit trail shows it. */
export type RefusalReason =
  | 'unknown_user'
  | 'wrong_password'
  | 'disabled'
  | 'locked'
  | 'changed_meanwhile'
  | 'mfa_required'
  | 'mfa_wrong_code'
  | 'mfa_used_code'
  | 'mfa_locked'
  | 'mfa_missing';

/** The user and the client of a sign-in, as far as the user exists. */
export interface Attempt {
  /**
   * Undefined for a username that does not exist: it is not stored, since users sometimes type a password into that
   * field.
   */
  user: User | undefined;
  name: string;
  actor: AuditActor;
}

/** Records a refused sign-in with its reason. */
export async function recordRefusal(
  { audit }: Pick<Stores, 'audit'>,
  { user, name, actor }: Attempt,
  reason: RefusalReason,
): Promise<void> {
  await audit.append({
    ...actor,
    ...known(user),
    action: 'auth.login',
    resource: resourceOf(user),
    result: 'denied',
    details: { reason, ...(user ? {} : { name_sha256: digestOf(name) }) },
  });
}

/** Records that the client, or the second factor, is locked from now on. */
export async function recordLock(
  { audit }: Pick<Stores, 'audit'>,
  { user, name, actor }: Attempt,
  of: 'password' | 'mfa',
  failures = MOST_FAILURES,
): Promise<void> {
  await audit.append({
    ...actor,
    ...known(user),
    action: 'auth.lock',
    resource: resourceOf(user),
    result: 'success',
    details: { of, failures, ...(user ? {} : { name_sha256: digestOf(name) }) },
  });
}

function known(user: User | undefined) {
  return { userId: user?.id ?? null, username: user?.username ?? null, sessionId: null };
}

function resourceOf(user: User | undefined): string {
  return user ? `users/${user.id}` : 'users/*';
}

function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

export const FACTOR_MISSING =
  'You have a second factor, but its secret is missing on the server, so no code can be checked. Ask an admin to reset it with DELETE /users/{id}/mfa.';

/** One message for every reason: it must not reveal which users exist, are disabled or are locked out. */
export function refused(): Failure {
  return new Failure('unauthenticated', 'The username or the password is wrong.', {
    code: 'invalid_credentials',
  });
}

/** Returns the Failure `unauthenticated` (`mfa_required`) for a sign-in without a code. */
export function codeRequired(): Failure {
  return new Failure('unauthenticated', 'mfa_code is required: you have a second factor.', {
    code: 'mfa_required',
  });
}

/**
 * The password is right, but the second factor is missing from the database: only an administrator can help.
 */
export function factorMissing(): Failure {
  return new Failure('unauthenticated', FACTOR_MISSING, { code: 'mfa_missing' });
}

/** Returns the Failure `unauthenticated` (`mfa_code_invalid`), the same for every reason. */
export function codeInvalid(): Failure {
  return new Failure(
    'unauthenticated',
    'The code is wrong or was used already, or codes are locked after too many wrong ones. Try the next code, or a recovery code.',
    { code: 'mfa_invalid' },
  );
}
