import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { MfaLocks, MfaState, MfaWrites, PendingFactor } from '../../domain/mfa/mfa-store.js';

interface MfaRow {
  user_id: string;
  secret: Buffer | null;
  pending_secret: Buffer | null;
  pending_at: Date | null;
  pending_session_id: string | null;
}

/** `database` may be a transaction. */
export class PostgresMfaStore implements MfaWrites {
  constructor(private readonly database: Knex) {}

  async find(userId: string): Promise<MfaState | undefined> {
    const row = await this.#of(userId).first('secret', 'pending_secret', 'pending_at', 'pending_session_id');
    if (!row) return undefined;
    const { secret, pending_secret: sealed, pending_at: at, pending_session_id: sessionId } = row;
    return { sealed: secret ?? undefined, pending: sealed && at ? { sealed, at, sessionId } : undefined };
  }

  async hasRecoveryCode(userId: string, hash: string): Promise<boolean> {
    return (await this.#unused(userId, hash).first('user_id')) !== undefined;
  }

  async countAttempt(userId: string, now: Date, locks: MfaLocks): Promise<number | undefined> {
    const { shortAfter, until, longAfter } = locks;
    const rows = await rowsOf<{ failures: number }>(
      this.database,
      `update user_mfa set failures = failures + 1,
         locked_until = case when failures + 1 = :shortAfter then :until::timestamptz else locked_until end
        where user_id = :userId and secret is not null and failures < :longAfter
          and (locked_until is null or locked_until <= :now)
        returning failures`,
      { userId, now, shortAfter, until, longAfter },
    );
    return rows[0]?.failures;
  }

  async setPending(userId: string, { sealed, at, sessionId }: PendingFactor): Promise<void> {
    const pending = {
      pending_secret: Buffer.from(sealed),
      pending_at: at,
      pending_session_id: sessionId,
    };
    await this.database('user_mfa')
      .insert({ user_id: userId, ...pending })
      .onConflict('user_id')
      .merge(pending);
  }

  async activate(userId: string, sealed: Uint8Array, step: number, at: Date): Promise<boolean> {
    const changed = await this.#of(userId)
      .where({ pending_secret: Buffer.from(sealed) })
      .update({
        secret: Buffer.from(sealed),
        activated_at: at,
        last_step: step,
        pending_secret: null,
        pending_at: null,
        pending_session_id: null,
        ...UNLOCKED,
      });
    return changed === 1;
  }

  async useStep(userId: string, sealed: Uint8Array, step: number): Promise<boolean> {
    const changed = await this.#of(userId)
      .where({ secret: Buffer.from(sealed) })
      .where('last_step', '<', step)
      .update({ last_step: step, ...UNLOCKED });
    return changed === 1;
  }

  async useRecoveryCode(userId: string, hash: string, at: Date): Promise<number | undefined> {
    if ((await this.#unused(userId, hash).update({ used_at: at })) !== 1) return undefined;
    await this.#of(userId).update(UNLOCKED);
    const row = await this.database('mfa_recovery_codes')
      .where({ user_id: userId, used_at: null })
      .count<{ count: string }[]>({ count: '*' })
      .first();
    return Number(row?.count ?? 0);
  }

  async replaceRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void> {
    await this.database('mfa_recovery_codes').where({ user_id: userId }).delete();
    await this.database('mfa_recovery_codes').insert(
      hashes.map((hash) => ({ user_id: userId, hash: Buffer.from(hash, 'hex') })),
    );
  }

  async unlock(userId: string): Promise<boolean> {
    return (await this.#of(userId).where('failures', '>', 0).update(UNLOCKED)) === 1;
  }

  async remove(userId: string): Promise<void> {
    await this.database('mfa_recovery_codes').where({ user_id: userId }).delete();
    await this.#of(userId).delete();
  }

  #of(userId: string) {
    return this.database<MfaRow & Record<string, unknown>>('user_mfa').where({ user_id: userId });
  }

  #unused(userId: string, hash: string) {
    return this.database('mfa_recovery_codes').where({
      user_id: userId,
      hash: Buffer.from(hash, 'hex'),
      used_at: null,
    });
  }
}

const UNLOCKED = { failures: 0, locked_until: null };
