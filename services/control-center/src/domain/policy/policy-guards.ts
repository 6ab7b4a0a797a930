import { Failure } from '@provisioning/errors';
import {
  addedAllows,
  addedRestrictions,
  bindingRules,
  compilePolicies,
  controlsPolicies,
  freedBy,
  notHeld,
  rightsBeyond,
  type NotHeld,
  type PolicyDocument,
  type PolicyRule,
  type PolicySet,
} from '@provisioning/policy';
import type { UserWrites } from '../user/user-store.js';
import type { User } from '../user/user.js';
import { facesOf, isAllPowerful, type Writer } from './writer.js';

/** The effect of a change of one policy on rights; a disabled policy has no rules. */
export interface RightsChange {
  allowed: PolicyRule[];
  noLongerAllowed: PolicyRule[];
  restricted: PolicyRule[];
  noLongerRestricted: PolicyRule[];
}

/** Returns the rights that a change of one policy adds and removes. */
export function rightsChange(
  before: PolicyDocument | undefined,
  after: PolicyDocument | undefined,
): RightsChange {
  const [old, current] = [rulesOf(before), rulesOf(after)];
  return {
    allowed: addedAllows(old, current),
    noLongerAllowed: addedAllows(current, old),
    restricted: addedRestrictions(old, current),
    noLongerRestricted: addedRestrictions(current, old),
  };
}

/**
 * A writer changes neither what binds the writer nor a principal with more rights (docs/decisions/0026).
 * @param inForce the policies before the change.
 * @throws Failure `forbidden`: `grant_not_held` when the change grants, or removes permanently, what the writer does not
 * hold in all circumstances; `higher_rights` when it restricts users with more rights and not the writer.
 */
export async function mustBeWritersToChange(
  inForce: PolicySet,
  writer: Writer,
  change: RightsChange,
  users: Pick<UserWrites, 'ableToSignIn'>,
): Promise<void> {
  const missing = (rules: readonly PolicyRule[]) => firstNotHeld(inForce, writer, rules);
  const given = missing(change.allowed);
  if (given) {
    throw notHeldFailure(
      `This would allow to ${given.action} ${given.resource}, which the policies in force do not allow you yourself in all circumstances. Leave it out, or ask a user who may do that.`,
    );
  }
  const isAdmin = isAllPowerful(inForce, writer);
  const freed = facesOf(writer).flatMap((face) => freedBy(inForce, face, change.noLongerRestricted))[0];
  if (freed && !(isAdmin && (await bindsEveryAdmin(inForce, writer, change.noLongerRestricted, users)))) {
    throw notHeldFailure(
      `This would remove or narrow a rule about ${freed.action} ${freed.resource}, which the policies in force do not allow you in all circumstances. Keep the rule, or ask an admin to whom it does not apply.`,
    );
  }
  if (isAdmin) return;
  const taken = missing(change.noLongerAllowed);
  if (taken) {
    throw notHeldFailure(
      `This would revoke the right to ${taken.action} ${taken.resource}, and you could not grant it again: the policies in force do not allow it to you in all circumstances. Keep the rule, or ask an admin.`,
    );
  }
  await mustNotRestrictOthersAlone(inForce, writer, change.restricted, users);
}

function rulesOf(document: PolicyDocument | undefined): PolicyRule[] {
  return document === undefined || document.enabled === false ? [] : document.rules;
}

function firstNotHeld(set: PolicySet, writer: Writer, rules: readonly PolicyRule[]): NotHeld | undefined {
  return facesOf(writer).flatMap((face) => notHeld(set, face, rules))[0];
}

/**
 * Returns whether every other administrator is bound by these restrictions too, so that none could remove them. One
 * that binds all administrators, as in an emergency, can be removed by any of them; otherwise it would be permanent.
 */
async function bindsEveryAdmin(
  set: PolicySet,
  writer: Writer,
  restrictions: readonly PolicyRule[],
  users: Pick<UserWrites, 'ableToSignIn'>,
): Promise<boolean> {
  for await (const page of users.ableToSignIn()) {
    const isFree = (user: User) =>
      user.id !== writer.id && controlsPolicies(set, user) && freedBy(set, user, restrictions).length === 0;
    if (page.some(isFree)) return false;
  }
  return true;
}

/** A Deny that binds its writer too is allowed to any editor; one that spares the writer is not. */
async function mustNotRestrictOthersAlone(
  inForce: PolicySet,
  writer: Writer,
  restricted: readonly PolicyRule[],
  users: Pick<UserWrites, 'ableToSignIn'>,
): Promise<void> {
  if (restricted.length === 0) return;
  const faces = facesOf(writer);
  const rules = restricted.filter((rule) => {
    const alone = setOf([rule]);
    return faces.every((face) => bindingRules(alone, face).length === 0);
  });
  if (rules.length === 0) return;
  const sparing = setOf(rules);
  for await (const page of users.ableToSignIn()) {
    const higher = page.find(
      (user) =>
        bindingRules(sparing, user).length > 0 &&
        faces.some((face) => rightsBeyond(inForce, user, face).length > 0),
    );
    if (higher) {
      throw new Failure(
        'forbidden',
        `This would restrict ${higher.username}, who has more rights than you, and not yourself. Leave the rule out, or ask an admin.`,
        { code: 'higher_rights' },
      );
    }
  }
}

function setOf(rules: PolicyRule[]): PolicySet {
  return compilePolicies([{ name: 'change', version: '1', rules }], { revision: 0 });
}

function notHeldFailure(message: string): Failure {
  return new Failure('forbidden', message, { code: 'grant_not_held' });
}
