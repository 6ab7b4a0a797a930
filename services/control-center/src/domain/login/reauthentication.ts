import { Failure } from '@provisioning/errors';
import type { AuditActor } from '../audit/audit-record.js';
import type { CheckedCode, SecondFactor } from '../mfa/second-factor.js';
import type { UnitOfWork } from '../ports.js';
import type { PasswordCheck, PasswordRequest } from './password-check.js';
import { recordLock, type RefusalReason } from './refusal.js';

export interface ReauthenticationRequest extends PasswordRequest {
  userId: string;
  mfaCode: string | undefined;
  actor: AuditActor;
}

/** Asks once more for what somebody signed in with, before the way they sign in is changed. */
export class Reauthentication {
  constructor(
    private readonly passwords: PasswordCheck,
    private readonly secondFactor: SecondFactor,
    private readonly work: UnitOfWork,
  ) {}

  /**
   * @returns the code, for {@link SecondFactor.use} in the transaction of the change.
   * @throws Failure `forbidden`: the token is good, but it is not enough. Wrong passwords count as those of sign-ins do.
   */
  async check(request: ReauthenticationRequest): Promise<CheckedCode> {
    const checked = await this.passwords.check(request);
    if (!checked.right)
      throw await this.#refused(request, checked.reason, checked.locks ? 'password' : undefined);
    const code = await this.secondFactor.check(request.userId, request.mfaCode);
    if (code.kind === 'required') throw await this.#refused(request, 'mfa_required');
    if (code.kind === 'wrong')
      throw await this.#refused(request, code.reason, code.locksAfter ? 'mfa' : undefined, code.locksAfter);
    return code;
  }

  async #refused(
    { userId, username, actor }: ReauthenticationRequest,
    reason: RefusalReason,
    locked?: 'password' | 'mfa',
    failures?: number,
  ): Promise<Failure> {
    await this.work.run(async (stores) => {
      await stores.audit.append({
        ...actor,
        ...{ action: 'auth.reauthenticate', resource: `users/${userId}`, result: 'denied' },
        details: { reason },
      });
      if (!locked) return;
      const user = await stores.users.find(userId);
      await recordLock(stores, { user, name: username, actor }, locked, failures);
    });
    return failureOf(reason);
  }
}

export function codeUsed(): Failure {
  return failureOf('mfa_used_code');
}

function failureOf(reason: RefusalReason): Failure {
  if (reason === 'mfa_required') {
    return new Failure('forbidden', 'A code of your second factor is needed too: send it as mfa_code.', {
      code: 'mfa_required',
    });
  }
  if (reason.startsWith('mfa_')) {
    return new Failure(
      'forbidden',
      'The code is wrong or was used already. Try the next one, or a recovery code.',
      {
        code: 'mfa_invalid',
      },
    );
  }
  return new Failure('forbidden', 'The password is wrong. Nothing was changed.', {
    code: 'reauthentication_failed',
  });
}
