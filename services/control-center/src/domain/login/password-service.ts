import { Failure } from '@provisioning/errors';
import type { SecondFactor } from '../mfa/second-factor.js';
import type { Clock } from '../clock.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { CommonPasswords } from '../user/common-passwords.js';
import type { PasswordHasher } from '../user/password-hasher.js';
import { endApiTokens } from '../token/end-api-tokens.js';
import { passwordFault } from '../user/password-rules.js';
import { userUpdated } from '../user/user-audit.js';
import { changed } from '../user/user.js';
import { codeUsed, type Reauthentication, type ReauthenticationRequest } from './reauthentication.js';
import { revoked } from '../session/session-service.js';

/** What a change of passwords is built from. */
export interface PasswordServiceNeeds {
  work: UnitOfWork;
  hasher: PasswordHasher;
  common: CommonPasswords;
  reauthentication: Reauthentication;
  secondFactor: SecondFactor;
  clock: Clock;
}

/** Changes a user's own password. Passwords of other users are changed by administrators. */
export class PasswordService {
  constructor(private readonly needs: PasswordServiceNeeds) {}

  /**
   * Ends the user's other sessions and all of their API tokens; the session of the request continues.
   * @throws Failure `invalid` for a wrong current password or code, and for a new password that breaks the rules.
   */
  async change(request: ReauthenticationRequest, password: string, sessionId: string): Promise<void> {
    const { work, hasher, common, reauthentication, secondFactor, clock } = this.needs;
    const fault = passwordFault(password, request.username, common);
    if (fault !== undefined) {
      throw new Failure('invalid', `The new password ${fault}.`, {
        code: 'validation_failed',
        details: [{ path: 'new_password', message: fault }],
      });
    }
    const code = await reauthentication.check(request);
    const passwordHash = await hasher.hash(password);
    await work.run(async (stores) => {
      const { users, sessions, audit } = stores;
      const before = await users.lock(request.userId);
      if (!before?.enabled) throw revoked();
      if (!(await secondFactor.use(stores, request, code))) throw codeUsed();
      const now = clock();
      const changes = { password };
      const { user } = changed(before, changes, now);
      await users.save(user, passwordHash);
      await sessions.endOthersOf(user.id, sessionId, 'user_changed', now);
      const ended = await endApiTokens(stores, user.id, now);
      await audit.append(userUpdated(before, user, changes, request.actor, ended));
    });
  }
}
