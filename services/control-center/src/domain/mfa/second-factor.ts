import type { AuditActor } from '../audit/audit-record.js';
import type { Clock } from '../clock.js';
import type { Stores } from '../unit-of-work.js';
import type { MfaStore } from './mfa-store.js';
import type { SecretBox } from './secret-box.js';
import type { Totp } from './totp.js';
import type { User } from '../user/user.js';
import { canonicalCode } from './code-text.js';
import { hashRecoveryCode } from './recovery-codes.js';

type FactorOwner = Pick<User, 'id' | 'mfaEnabled'>;

/** Wrong codes after a correct password, until codes are refused for a while. */
const SHORT_LOCK_AFTER = 5;
const SHORT_LOCK_MS = 15 * 60_000;
/** Wrong codes until codes are refused permanently; an administrator or a recovery code unlocks. */
const LONG_LOCK_AFTER = 10;

/** The outcome of checking a code. A valid one must still be marked as used. */
export type CheckedCode =
  | { kind: 'none' }
  /** The user has a second factor that is missing from the database: no code can be checked. */
  | { kind: 'missing' }
  | { kind: 'required' }
  | {
      kind: 'wrong';
      reason: 'mfa_wrong_code' | 'mfa_locked';
      /** The number of this wrong code, where it locks the factor. */
      locksAfter: number | undefined;
    }
  | { kind: 'totp'; sealed: Uint8Array; step: number }
  | { kind: 'recovery_code'; hash: string };

/** Checks the codes of second factors, and limits how fast they can be guessed. */
export class SecondFactor {
  constructor(
    private readonly store: MfaStore,
    private readonly totp: Totp,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /**
   * Each code is counted as wrong before it is checked, so that concurrent ones cannot exceed the limit. An empty one
   * is not counted.
   */
  async check({ id: userId, mfaEnabled }: FactorOwner, text: string | undefined): Promise<CheckedCode> {
    const sealed = (await this.store.find(userId))?.sealed;
    if (!sealed) return { kind: mfaEnabled ? 'missing' : 'none' };
    const code = canonicalCode(text ?? '');
    if (code === '') return { kind: 'required' };
    const hash = hashRecoveryCode(code);
    if (hash !== undefined && (await this.store.hasRecoveryCode(userId, hash)))
      return { kind: 'recovery_code', hash };
    const now = this.clock();
    const count = await this.store.countAttempt(userId, now, {
      shortAfter: SHORT_LOCK_AFTER,
      until: new Date(now.getTime() + SHORT_LOCK_MS),
      longAfter: LONG_LOCK_AFTER,
    });
    if (count === undefined) return { kind: 'wrong', reason: 'mfa_locked', locksAfter: undefined };
    const step = this.totp.matchedStep(this.box.open(sealed, userId), code, now);
    if (step !== undefined) return { kind: 'totp', sealed, step };
    const locks = count === SHORT_LOCK_AFTER || count === LONG_LOCK_AFTER;
    return { kind: 'wrong', reason: 'mfa_wrong_code', locksAfter: locks ? count : undefined };
  }

  /**
   * Marks a valid code as used and resets the count of wrong ones. @returns false when it, or a later one, was used
   * before.
   */
  async use({ mfa, audit }: Stores, by: CodeUser, code: CheckedCode): Promise<boolean> {
    const { userId, username, actor } = by;
    if (code.kind === 'none') return true;
    if (code.kind === 'totp') return mfa.useStep(userId, code.sealed, code.step);
    if (code.kind !== 'recovery_code') return false;
    const left = await mfa.useRecoveryCode(userId, code.hash, this.clock());
    if (left === undefined) return false;
    await audit.append({
      ...actor,
      userId,
      username,
      action: 'mfa.recovery_code_use',
      resource: `users/${userId}`,
      result: 'success',
      details: { codes_left: left },
    });
    return true;
  }
}

/** The user of a code. */
export interface CodeUser {
  userId: string;
  username: string;
  actor: AuditActor;
}
