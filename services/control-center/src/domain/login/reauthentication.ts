import { Failure } from '@provisioning/errors';
import type { AuditActor } from '../audit/audit-record.js';
import type { CheckedCode, SecondFactor } from '../mfa/second-factor.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { PasswordCheck, PasswordRequest } from './password-check.js';
import { FACTOR_MISSING, recordLock, type RefusalReason } from './refusal.js';

/** The credentials that a signed-in user sent again. */
export interface ReauthenticationRequest extends PasswordRequest {
  userId: string;
  mfaCode: string | undefined;
  actor: AuditActor;
}

/** Verifies the password and the second factor again before a user's credentials are changed. */
export class Reauthentication {
  constructor(
    private readonly passwords: PasswordCheck,
    private readonly secondFactor: SecondFactor,
    private readonly work: UnitOfWork,
  ) {}

  /**
   * @returns the code, for {@link SecondFactor.use} in the transaction of the change.
   * @throws Failure `invalid`, not `unauthenticated`: the session remains valid. Wrong passwords count as failed
   * sign-ins.
   */
  async check(request: ReauthenticationRequest): Promise<CheckedCode> {
    const checked = await this.passwords.check(request);
    if (!checked.right) {
      if (checked.locks) await this.#recordLock(request, 'password');
      throw failureOf(checked.reason);
    }
    const code = await this.secondFactor.check(checked.user, request.mfaCode);
    if (code.kind === 'missing') throw failureOf('mfa_missing');
    if (code.kind === 'required') throw failureOf('mfa_required');
    if (code.kind === 'wrong') {
      if (code.locksAfter !== undefined) await this.#recordLock(request, 'mfa', code.locksAfter);
      throw failureOf(code.reason);
    }
    return code;
  }

  async #recordLock(
    { userId, username, actor }: ReauthenticationRequest,
    of: 'password' | 'mfa',
    failures?: number,
  ): Promise<void> {
    await this.work.run(async (stores) => {
      const user = await stores.users.find(userId);
      await recordLock(stores, { user, name: username, actor }, of, failures);
    });
  }
}

/** Returns the Failure `invalid` for a code that another request has used in the meantime. */
export function codeUsed(): Failure {
  return failureOf('mfa_used_code');
}

function failureOf(reason: RefusalReason): Failure {
  if (reason === 'mfa_required') {
    return invalid('mfa_required', 'mfa_code', 'mfa_code is required: you have a second factor.');
  }
  if (reason === 'mfa_missing') return invalid('mfa_missing', 'mfa_code', FACTOR_MISSING);
  if (reason.startsWith('mfa_')) {
    const message = 'The code is wrong or was used already. Try the next one, or a recovery code.';
    return invalid('mfa_invalid', 'mfa_code', message);
  }
  return invalid('reauthentication_failed', 'password', 'The password is wrong. Nothing was changed.');
}

function invalid(code: string, path: string, message: string): Failure {
  return new Failure('invalid', message, { code, details: [{ path, message }] });
}
