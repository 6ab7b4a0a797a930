import { Failure } from '@provisioning/errors';
import { rightsBeyond, type NotHeld, type PolicySet, type Principal } from '@provisioning/policy';
import { facesOf, isAllPowerful, type Writer } from '../policy/writer.js';
import { ADMIN_ROLE, type User } from './user.js';

/** The code of a refusal: acting on a user, or becoming one. */
type Code = 'higher_rights' | 'grant_not_held';

/**
 * A writer who acts on another user must have every role and every right of that user; admins have them all.
 * @param code `grant_not_held` where the act would let the writer be that user, as a new password does.
 * @throws Failure `forbidden`
 */
export function mustHaveRightsOf(
  set: PolicySet,
  writer: Writer,
  user: User,
  code: Code = 'higher_rights',
): void {
  // A session acts on its own user with all of their rights; an API token may have fewer.
  if (writer.id === user.id && !writer.ownerRoles) return;
  mustHaveRoles(writer, set, user.roles, code);
  const [more] = rightsNotOf(set, writer, user);
  if (!more) return;
  throw new Failure(
    'forbidden',
    `${user.username} may ${more.action} ${more.resource}, and you may not, so you cannot change that user. Ask an admin.`,
    { code },
  );
}

/**
 * No writer makes a user, or the writer's own, into one with more rights than the writer has: by a role, an address that a
 * rule names, or by removing a role that a Deny refers to.
 * @param before undefined for a user who is made; of the writer's own, the rights that they may not go beyond.
 * @throws Failure `forbidden`, code `grant_not_held`
 */
export function mustNotExceed(
  set: PolicySet,
  writer: Writer,
  before: User | undefined,
  after: Principal,
): void {
  const added = after.roles.filter((role) => !before?.roles.includes(role));
  mustHaveRoles(writer, set, added, 'grant_not_held');
  const isSelf = before?.id === writer.id;
  const [more] = isSelf ? rightsBeyond(set, after, before) : rightsNotOf(set, writer, after);
  if (!more) return;
  throw new Failure(
    'forbidden',
    isSelf
      ? `After this change you would be allowed to ${more.action} ${more.resource}, and now you are not. Leave it out, or ask another admin.`
      : `After this change ${after.username} would be allowed to ${more.action} ${more.resource}, which you yourself are not. Leave it out, or ask an admin.`,
    { code: 'grant_not_held' },
  );
}

function rightsNotOf(set: PolicySet, writer: Writer, other: Principal): NotHeld[] {
  if (isAllPowerful(set, writer)) return [];
  return facesOf(writer).flatMap((face) => rightsBeyond(set, other, face));
}

/** Roles are compared by name too: a policy may give them rights tomorrow. */
function mustHaveRoles(writer: Writer, set: PolicySet, roles: readonly string[], code: Code): void {
  const faces = facesOf(writer);
  if (faces.every((face) => face.roles.includes(ADMIN_ROLE)) || isAllPowerful(set, writer)) return;
  const foreign = roles.filter((role) => !faces.every((face) => face.roles.includes(role)));
  if (foreign.length === 0) return;
  throw new Failure(
    'forbidden',
    `You do not have the role ${foreign.join(', ')} yourself, so you can neither give it nor act on a user who has it.`,
    { code },
  );
}
