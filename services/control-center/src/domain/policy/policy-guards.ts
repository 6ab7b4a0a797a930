import { Failure } from '@provisioning/errors';
import {
  addedAllows,
  decide,
  notHeld,
  type PolicyDocument,
  type PolicySet,
  type Principal,
} from '@provisioning/policy';
import type { UserWrites } from '../ports.js';
import type { User } from '../user/user.js';

const USERS_AT_ONCE = 1000;

/** What a change of one policy adds to what is allowed; one that is not enabled allows nothing. */
export function grantedBy(before: PolicyDocument | undefined, after: PolicyDocument) {
  const rulesOf = (document: PolicyDocument | undefined) =>
    document === undefined || document.enabled === false ? [] : document.rules;
  return addedAllows(rulesOf(before), rulesOf(after));
}

/** @throws Failure `forbidden` when it grants what its writer does not hold in all circumstances. */
export function mustHoldWhatIsGranted(
  inForce: PolicySet,
  writer: Principal,
  granted: ReturnType<typeof grantedBy>,
): void {
  const [missing] = notHeld(inForce, writer, granted);
  if (!missing) return;
  throw new Failure(
    'forbidden',
    `This would allow to ${missing.action} ${missing.resource}, which the policies in force do not allow you yourself in all circumstances. Leave it out, or ask somebody who may do that.`,
    { code: 'grant_not_held' },
  );
}

/** The circumstances in which somebody must be able to change policies: those of the change. */
export interface Circumstances {
  now: Date;
  ip: string;
}

/** @throws Failure `conflict` when no enabled user could change the policies any more. */
export async function mustLeaveAnEditor(
  set: PolicySet,
  users: UserWrites,
  writerId: string,
  { now, ip }: Circumstances,
): Promise<void> {
  const mayEdit = ({ id, username, email, roles, enabled }: User) =>
    enabled &&
    decide(set, {
      principal: { id, username, email, roles },
      action: 'update',
      resource: 'policies:*',
      request: { time: now, ip, method: 'PUT', path: '/policies' },
      context: {},
    }).effect === 'ALLOW';

  await users.lockAll();
  const writer = await users.find(writerId);
  if (writer && mayEdit(writer)) return;
  for (let offset = 0; ; offset += USERS_AT_ONCE) {
    const page = await users.list({ role: undefined, enabled: true, limit: USERS_AT_ONCE, offset });
    if (page.users.some(mayEdit)) return;
    if (page.users.length < USERS_AT_ONCE) break;
  }
  throw new Failure(
    'conflict',
    'After this change no enabled user could change the policies any more (action update on policies:*). Keep a rule that allows it to somebody.',
    { code: 'no_policy_editor' },
  );
}
