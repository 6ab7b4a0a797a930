import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { AuditActor } from '../audit/audit-record.js';
import type { Clock } from '../clock.js';
import type { IdempotencyKey } from '../idempotency.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { CommonPasswords } from './common-passwords.js';
import type { PasswordHasher } from './password-hasher.js';
import type { UserFilter, UserStore } from './user-store.js';
import { userKeyOf } from '../login/attempt-key.js';
import { mustKeepAnEditor } from '../policy/editor-guard.js';
import { PolicySets } from '../policy/policy-sets.js';
import type { Writer } from '../policy/writer.js';
import { endApiTokens, endLostRoles } from '../token/end-api-tokens.js';
import { passwordFault } from './password-rules.js';
import { mustHaveRightsOf, mustNotExceed } from './user-guards.js';
import { ADMIN_ROLE, changed, isEnabledAdmin, type User, type UserChanges } from './user.js';
import { userCreated, userDeleted, userSessionsEnded, userUnlocked, userUpdated } from './user-audit.js';
import { canonicalUsername, USERNAME_RULE } from './username.js';

/** A user to be created. */
export interface UserRequest {
  username: string;
  email: string;
  password: string;
  roles: readonly string[];
  enabled: boolean;
}

/** A user as the answer to its creation shows it. */
export type CreatedUser = Pick<User, 'id' | 'username' | 'email' | 'roles' | 'enabled'>;

/** Reads and changes users. */
export class UserService {
  constructor(
    private readonly users: UserStore,
    private readonly work: UnitOfWork,
    private readonly hasher: PasswordHasher,
    private readonly common: CommonPasswords,
    private readonly clock: Clock,
    private readonly sets = new PolicySets(),
  ) {}

  list(filter: UserFilter): Promise<{ users: User[]; total: number }> {
    return this.users.list(filter);
  }

  async get(id: string): Promise<User> {
    return found(await this.users.find(id));
  }

  /**
   * @param writer undefined for the platform itself, here and below.
   * @returns the user as it was created, possibly by an earlier request with the same Idempotency-Key.
   * @throws Failure `invalid` for a username or password that breaks the rules, `conflict` when username or address are
   * taken, `forbidden` for a user with more rights than the writer.
   */
  async create(
    { username: spelling, email, password, roles, enabled }: UserRequest,
    by: AuditActor,
    idempotency?: IdempotencyKey,
    writer?: Writer,
  ): Promise<CreatedUser & { replayed: boolean }> {
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
    const { answer, replayed } = await this.work.run(async ({ users, policies, audit, idempotency: keys }) =>
      keys.once<CreatedUser>(idempotency, async () => {
        if (writer) mustNotExceed(await this.sets.of(policies), writer, undefined, user);
        await users.insert(user);
        await audit.append(userCreated(user, by));
        const { id, roles: given } = user;
        return { id, username, email, roles: given, enabled };
      }),
    );
    return { ...answer, replayed };
  }

  /**
   * Changes a user. New roles, a new address, a new password and disabling end the user's sessions; a new password and
   * disabling also end their API tokens, which otherwise lose the roles that the user lost.
   * @param version the version that the change is based on, where the client sent one.
   * @throws Failure `precondition_failed` when the user has another version now, `forbidden` for a user with more
   * rights than the writer, before or after, `conflict` where no user could administer the platform any more.
   */
  async update(
    id: string,
    changes: UserChanges,
    by: AuditActor,
    version?: string,
    writer?: Writer,
  ): Promise<void> {
    const passwordHash =
      changes.password === undefined
        ? undefined
        : await this.#hash(changes.password, (await this.get(id)).username);
    await this.work.run(async (stores) => {
      const { users, sessions, policies, audit } = stores;
      await users.lockAll();
      const before = found(await users.find(id));
      mustHaveVersion(before, version);
      const now = this.clock();
      const { user, endsSessions } = changed(before, changes, now);
      const set = await this.sets.of(policies);
      if (writer) {
        // A writer who sets a password can sign in as that user.
        mustHaveRightsOf(
          set,
          writer,
          before,
          changes.password === undefined ? 'higher_rights' : 'grant_not_held',
        );
        mustNotExceed(set, writer, before, user);
      }
      if (!isEnabledAdmin(user)) await keepOneAdmin(before, users, 'be disabled or lose the role admin');
      await users.save(user, passwordHash);
      await mustKeepAnEditor(set, before, users);
      if (endsSessions) await sessions.endAllOf(id, 'user_changed', now);
      const ended =
        changes.password !== undefined || !user.enabled
          ? await endApiTokens(stores, id, now)
          : await endLostRoles(stores, user, now);
      await audit.append(userUpdated(before, user, changes, by, ended));
    });
  }

  /** @throws Failure `forbidden` and `conflict` as {@link update}. */
  async remove(id: string, by: AuditActor, writer?: Writer): Promise<void> {
    await this.work.run(async ({ users, sessions, policies, audit }) => {
      await users.lockAll();
      const user = found(await users.find(id));
      const set = await this.sets.of(policies);
      if (writer) mustHaveRightsOf(set, writer, user);
      await keepOneAdmin(user, users, 'be deleted');
      // The rows are deleted with the user, but other services must read the revocation.
      await sessions.endAllOf(id, 'user_changed', this.clock());
      await users.remove(id);
      await mustKeepAnEditor(set, user, users);
      await audit.append(userDeleted(user, by));
    });
  }

  /** @throws Failure `forbidden` as {@link update}. */
  async endSessions(id: string, by: AuditActor, writer?: Writer): Promise<void> {
    await this.work.run(async ({ users, sessions, policies, audit }) => {
      const user = found(await users.lock(id));
      if (writer) mustHaveRightsOf(await this.sets.of(policies), writer, user);
      await sessions.endAllOf(id, 'ended_by_admin', this.clock());
      await audit.append(userSessionsEnded(user, by));
    });
  }

  /**
   * Lets a user sign in again who was locked out by wrong passwords or codes.
   * @throws Failure `forbidden` as {@link update}.
   */
  async unlock(id: string, by: AuditActor, writer?: Writer): Promise<void> {
    await this.work.run(async ({ users, loginAttempts, mfa, policies, audit }) => {
      const user = found(await users.lock(id));
      if (writer) mustHaveRightsOf(await this.sets.of(policies), writer, user);
      const passwords = await loginAttempts.clearUser(userKeyOf(user.username));
      const codes = await mfa.unlock(id);
      await audit.append(userUnlocked(user, by, { passwords: passwords > 0, codes }));
    });
  }

  async #hash(password: string, username: string): Promise<string> {
    const fault = passwordFault(password, username, this.common);
    if (fault !== undefined) throw invalid('password', fault);
    return this.hasher.hash(password);
  }
}

function found(user: User | undefined): User {
  if (user === undefined) throw new Failure('not_found', 'There is no such user. GET /users lists them.');
  return user;
}

function mustHaveVersion(user: User, version: string | undefined): void {
  if (version === undefined || version === '*' || version === String(user.version)) return;
  throw new Failure(
    'precondition_failed',
    `${user.username} was changed by another user and has version ${user.version} now. Read it again, and repeat your change.`,
  );
}

function invalid(path: string, message: string): Failure {
  return new Failure('invalid', `The ${path} ${message}.`, {
    code: 'validation_failed',
    details: [{ path, message }],
  });
}

/** Without an enabled administrator, no user could create one again. Call it while all users are locked. */
async function keepOneAdmin(user: User, users: Pick<UserStore, 'list'>, loss: string): Promise<void> {
  if (!isEnabledAdmin(user)) return;
  const { total } = await users.list({ role: ADMIN_ROLE, enabled: true, limit: 1, offset: 0 });
  if (total > 1) return;
  throw new Failure(
    'conflict',
    `${user.username} is the last enabled admin and cannot ${loss}. Make another user an admin first.`,
    { code: 'last_admin' },
  );
}
