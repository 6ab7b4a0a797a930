import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { AuditActor } from '../audit/audit-record.js';
import type {
  Clock,
  CommonPasswords,
  IdempotencyKey,
  PasswordHasher,
  UnitOfWork,
  UserFilter,
  UserStore,
} from '../ports.js';
import { passwordFault } from './password-rules.js';
import { ADMIN_ROLE, changed, isEnabledAdmin, type User, type UserChanges } from './user.js';
import { userCreated, userDeleted, userSessionsEnded, userUpdated } from './user-audit.js';
import { canonicalUsername, USERNAME_RULE } from './username.js';

export interface UserRequest {
  username: string;
  email: string;
  password: string;
  roles: readonly string[];
  enabled: boolean;
}

export type CreatedUser = Pick<User, 'id' | 'username' | 'email' | 'roles' | 'enabled'>;

export class UserService {
  constructor(
    private readonly users: UserStore,
    private readonly work: UnitOfWork,
    private readonly hasher: PasswordHasher,
    private readonly common: CommonPasswords,
    private readonly clock: Clock,
  ) {}

  list(filter: UserFilter): Promise<{ users: User[]; total: number }> {
    return this.users.list(filter);
  }

  async get(id: string): Promise<User> {
    return found(await this.users.find(id));
  }

  /**
   * @returns the user as it was made, which may be the answer to the same request before.
   * @throws Failure `invalid` for a name or password against the rules, `conflict` when name or address are taken.
   */
  async create(
    { username: spelling, email, password, roles, enabled }: UserRequest,
    by: AuditActor,
    idempotency?: IdempotencyKey,
    writerRoles?: readonly string[],
  ): Promise<CreatedUser & { replayed: boolean }> {
    mustHold(writerRoles, roles);
    const username = canonicalUsername(spelling);
    if (username === undefined) throw invalid('username', USERNAME_RULE);
    const passwordHash = await this.#hash(password, username);
    const user = {
      id: uuidv7(),
      username,
      email,
      passwordHash,
      roles: [...new Set(roles)],
      enabled,
      createdAt: this.clock(),
    };
    const { answer, replayed } = await this.work.run(async ({ users, audit, idempotency: keys }) =>
      keys.once<CreatedUser>(idempotency, async () => {
        await users.insert(user);
        await audit.append(userCreated(user, by));
        const { id, roles: given } = user;
        return { id, username, email, roles: given, enabled };
      }),
    );
    return { ...answer, replayed };
  }

  /**
   * New roles, a new password and disabling end the user's sessions.
   * @param version the one that the changes were made for, where the caller cares.
   * @throws Failure `precondition_failed` when the user has another version by now.
   */
  async update(
    id: string,
    changes: UserChanges,
    by: AuditActor,
    version?: string,
    writerRoles?: readonly string[],
  ): Promise<void> {
    const passwordHash =
      changes.password === undefined
        ? undefined
        : await this.#hash(changes.password, (await this.get(id)).username);
    await this.work.run(async ({ users, sessions, audit }) => {
      const admins = await users.lockEnabledAdmins();
      const before = found(await users.lock(id));
      mustHaveVersion(before, version);
      const added = (changes.roles ?? []).filter((role) => !before.roles.includes(role));
      // Whoever sets somebody's password can be them.
      mustHold(writerRoles, changes.password === undefined ? added : [...added, ...before.roles]);
      const now = this.clock();
      const { user, endsSessions } = changed(before, changes, now);
      if (!isEnabledAdmin(user)) keepOneAdmin(before, admins, 'be disabled or lose the role admin');
      await users.save(user, passwordHash);
      if (endsSessions) await sessions.endAllOf(id, 'user_changed', now);
      await audit.append(userUpdated(before, user, changes, by));
    });
  }

  async remove(id: string, by: AuditActor): Promise<void> {
    await this.work.run(async ({ users, sessions, audit }) => {
      const admins = await users.lockEnabledAdmins();
      const user = found(await users.lock(id));
      keepOneAdmin(user, admins, 'be deleted');
      // Gone with the user here, but other services have to hear of it.
      await sessions.endAllOf(id, 'user_changed', this.clock());
      await users.remove(id);
      await audit.append(userDeleted(user, by));
    });
  }

  async endSessions(id: string, by: AuditActor): Promise<void> {
    await this.work.run(async ({ users, sessions, audit }) => {
      const user = found(await users.lock(id));
      await sessions.endAllOf(id, 'ended_by_admin', this.clock());
      await audit.append(userSessionsEnded(user, by));
    });
  }

  async #hash(password: string, username: string): Promise<string> {
    const fault = passwordFault(password, username, this.common);
    if (fault !== undefined) throw invalid('password', fault);
    return this.hasher.hash(password);
  }
}

/**
 * Nobody gives away what they do not have (security: P7). Admins may give everything.
 * @param writerRoles of whoever writes; undefined for the platform itself.
 */
function mustHold(writerRoles: readonly string[] | undefined, roles: readonly string[]): void {
  if (!writerRoles || writerRoles.includes(ADMIN_ROLE)) return;
  const foreign = roles.filter((role) => !writerRoles.includes(role));
  if (foreign.length === 0) return;
  throw new Failure(
    'forbidden',
    `You do not have the role ${foreign.join(', ')} yourself, so you cannot give it, nor act for somebody who has it.`,
    { code: 'grant_not_held' },
  );
}

function found(user: User | undefined): User {
  if (user === undefined) throw new Failure('not_found', 'There is no such user. GET /users lists them.');
  return user;
}

function mustHaveVersion(user: User, version: string | undefined): void {
  if (version === undefined || version === '*' || version === String(user.version)) return;
  throw new Failure(
    'precondition_failed',
    `${user.username} was changed by somebody else meanwhile: it has version ${user.version} now. Read it again first.`,
  );
}

function invalid(path: string, message: string): Failure {
  return new Failure('invalid', `The ${path} ${message}.`, {
    code: 'validation_failed',
    details: [{ path, message }],
  });
}

/** Without an enabled admin nobody could ever make one again. */
function keepOneAdmin(user: User, enabledAdmins: readonly string[], loss: string): void {
  if (enabledAdmins.length === 1 && enabledAdmins[0] === user.id) {
    throw new Failure(
      'conflict',
      `${user.username} is the last enabled admin and cannot ${loss}. Make another user an admin first.`,
      { code: 'last_admin' },
    );
  }
}
