import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../clock.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { CommonPasswords } from './common-passwords.js';
import type { PasswordHasher } from './password-hasher.js';
import type { UserStore } from './user-store.js';
import { NO_USER } from '../audit/audit-record.js';
import { passwordFault } from './password-rules.js';
import { ADMIN_ROLE } from './user.js';
import { userCreated } from './user-audit.js';
import { canonicalUsername, USERNAME_RULE } from './username.js';

/** The configured administrator. */
export interface FirstAdminRequest {
  username: string;
  email: string;
  /** Called only when an administrator has to be created. */
  password: () => string;
}

/** What the creation of the first administrator is built from. */
export interface FirstAdminNeeds {
  users: UserStore;
  work: UnitOfWork;
  hasher: PasswordHasher;
  common: CommonPasswords;
  clock: Clock;
}

/**
 * Creates the first user of an empty platform. Of processes that start together, one creates it.
 * @returns whether this call created it.
 * @throws Failure `invalid` (`configuration`) for a username or password that breaks the rules.
 */
export async function ensureFirstAdmin(request: FirstAdminRequest, needs: FirstAdminNeeds): Promise<boolean> {
  const { users, work, hasher, common, clock } = needs;
  if (!(await users.isEmpty())) return false;
  const username = canonicalUsername(request.username);
  if (username === undefined) throw refused('ADMIN_USERNAME', USERNAME_RULE);
  const password = request.password();
  const fault = passwordFault(password, username, common);
  if (fault !== undefined) throw refused('ADMIN_PASSWORD', fault);
  const passwordHash = await hasher.hash(password);
  return work.run(async (stores) => {
    await stores.users.lockAll();
    if (!(await stores.users.isEmpty())) return false;
    const admin = {
      id: uuidv7(),
      username,
      email: request.email,
      passwordHash,
      roles: [ADMIN_ROLE, 'operator'],
      enabled: true,
      createdAt: clock(),
    };
    await stores.users.insert(admin);
    await stores.audit.append(userCreated(admin, NO_USER, { first_admin: true }));
    return true;
  });
}

function refused(variable: string, message: string): Failure {
  return new Failure('invalid', `${variable} ${message}. The first admin cannot be created.`, {
    code: 'configuration',
  });
}
