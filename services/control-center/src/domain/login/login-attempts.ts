import type { AttemptKey } from './attempt-key.js';

/** Counts failed sign-ins by key. Every call is atomic across all processes. */
export interface LoginAttempts {
  /**
   * Adds one to the count unless it is `most` already; the count expires at `forgetAt`.
   * @returns the new count; undefined when the count was `most` already.
   */
  claim(key: AttemptKey, most: number, now: Date, forgetAt: Date): Promise<number | undefined>;
  /** Adds one to the count, which expires `forgetAfterMs` milliseconds after the first. */
  add(key: string, now: Date, forgetAfterMs: number): Promise<void>;
  count(key: string, now: Date): Promise<number>;
  /** Undoes one claim: the attempt did not take place. */
  release(key: string): Promise<void>;
  clear(key: string): Promise<void>;
  /** Clears every count of a user, from any client. @returns how many there were */
  clearUser(user: string): Promise<number>;
}
