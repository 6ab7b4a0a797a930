/** A secret that is not active until a code confirms it. */
export interface PendingFactor {
  sealed: Uint8Array;
  at: Date;
  /** The session that began the enrolment, the only one that can confirm it; null where it is not known. */
  sessionId: string | null;
}

/** The stored second factor of a user. */
export interface MfaState {
  /** The secret that codes are derived from; undefined while there is none. */
  sealed: Uint8Array | undefined;
  pending: PendingFactor | undefined;
}

/** After how many wrong codes a factor is locked, and until when. */
export interface MfaLocks {
  /** The attempt that locks the factor until `until`. */
  shortAfter: number;
  until: Date;
  /** The attempt that locks the factor permanently. */
  longAfter: number;
}

/** Reads second factors and counts attempts. */
export interface MfaStore {
  find(userId: string): Promise<MfaState | undefined>;
  hasRecoveryCode(userId: string, hash: string): Promise<boolean>;
  /**
   * @returns the number of attempts since the last valid code; undefined, without counting, while the factor is locked.
   */
  countAttempt(userId: string, now: Date, locks: MfaLocks): Promise<number | undefined>;
}

/** Changes second factors within a unit of work. */
export interface MfaWrites extends MfaStore {
  setPending(userId: string, pending: PendingFactor): Promise<void>;
  /** @returns false when another secret is pending now. */
  activate(userId: string, sealed: Uint8Array, step: number, at: Date): Promise<boolean>;
  /** @returns false when a code of this or a later step was used already, or when the secret has changed. */
  useStep(userId: string, sealed: Uint8Array, step: number): Promise<boolean>;
  /** @returns the number of codes left; undefined when the code was used already. */
  useRecoveryCode(userId: string, hash: string, at: Date): Promise<number | undefined>;
  replaceRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void>;
  /** Resets the count of wrong codes. @returns whether there were any */
  unlock(userId: string): Promise<boolean>;
  remove(userId: string): Promise<void>;
}
