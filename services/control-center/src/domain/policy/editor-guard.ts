import { Failure } from '@provisioning/errors';
import { controlsPolicies, type PolicySet } from '@provisioning/policy';
import type { UserWrites } from '../user/user-store.js';
import type { User } from '../user/user.js';

/**
 * Requires that a user can still edit the policies after a change of policies. Call it while users and policies are
 * locked.
 * @param before the policies in force before. Where no user controlled those either, changes pass, so that policies of
 * an older release can be repaired one by one.
 * @throws Failure `conflict` (`no_policy_editor`) when no user who can sign in controls every policy any more.
 */
export async function mustLeaveAnEditor(
  before: PolicySet,
  after: PolicySet,
  users: Pick<UserWrites, 'ableToSignIn'>,
): Promise<void> {
  if (await hasEditor(after, users)) return;
  if (await hasEditor(before, users)) throw locked();
}

/**
 * The same after a change of users.
 * @param before the changed or deleted user, as it was before.
 */
export async function mustKeepAnEditor(
  set: PolicySet,
  before: User,
  users: Pick<UserWrites, 'ableToSignIn'>,
): Promise<void> {
  if (!before.enabled || !controlsPolicies(set, before)) return;
  if (!(await hasEditor(set, users))) throw locked();
}

/** Returns whether a user can sign in and read, create, update and delete every policy under any request. */
export async function hasEditor(set: PolicySet, users: Pick<UserWrites, 'ableToSignIn'>): Promise<boolean> {
  for await (const page of users.ableToSignIn()) {
    if (page.some((user) => controlsPolicies(set, user))) return true;
  }
  return false;
}

function locked(): Failure {
  return new Failure(
    'conflict',
    'After this change no enabled user would be certain to control the policies: read, create, update and delete on policies:*, under any request. Keep a rule that allows it to a user, and no Deny that could apply to them.',
    { code: 'no_policy_editor' },
  );
}
