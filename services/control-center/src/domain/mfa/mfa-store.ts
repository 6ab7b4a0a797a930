/** A secret that counts for nothing until a code confirms it. */
export interface PendingFactor {
  sealed: Uint8Array;
  at: Date;
  /** The session that began it, and alone can confirm it; null where that is not known. */
  sessionId: string | null;
}

export interface MfaState {
  /** The secret that codes are taken of; undefined while there is none. */
  sealed: Uint8Array | undefined;
  pending: PendingFactor | undefined;
}

export interface MfaLocks {
  /** The attempt after which none is looked at `until` then. */
  shortAfter: number;
  until: Date;
  /** The attempt after which none is looked at any more. */
  longAfter: number;
}

export interface MfaStore {
  find(userId: string): Promise<MfaState | undefined>;
  hasRecoveryCode(userId: string, hash: string): Promise<boolean>;
  /** @returns how many were counted since the last good code; undefined, and counts nothing, while it is locked. */
  countAttempt(userId: string, now: Date, locks: MfaLocks): Promise<number | undefined>;
}

export interface MfaWrites extends MfaStore {
  setPending(userId: string, pending: PendingFactor): Promise<void>;
  /** @returns false when another secret is pending by now. */
  activate(userId: string, sealed: Uint8Array, step: number, at: Date): Promise<boolean>;
  /** @returns false when a code of this step, or a later one, was taken already, or the secret is another by now. */
  useStep(userId: string, sealed: Uint8Array, step: number): Promise<boolean>;
  /** @returns how many are left; undefined when it was used already. */
  useRecoveryCode(userId: string, hash: string, at: Date): Promise<number | undefined>;
  replaceRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void>;
  remove(userId: string): Promise<void>;
}
