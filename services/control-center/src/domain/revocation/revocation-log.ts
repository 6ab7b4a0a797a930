import type { Revocation } from './revocation.js';

/** The revocations, in the order of their commits. */
export interface RevocationLog {
  /** Returns the number of the newest revocation. */
  head(): Promise<number>;
  /**
   * Returns at most `most` revocations after `seq` whose tokens have not expired at `now`. With fewer than `most`, none
   * up to `head` is missing.
   */
  after(seq: number, most: number, now: Date): Promise<{ revocations: Revocation[]; head: number }>;
}
