import type { Revocation } from './revocation.js';

/** What was revoked, in the order of its commits. */
export interface RevocationLog {
  /** Number of the newest. */
  head(): Promise<number>;
  /** At most `most` of those after `seq` that matter at `now`; fewer than that: nothing up to `head` is missing. */
  after(seq: number, most: number, now: Date): Promise<{ revocations: Revocation[]; head: number }>;
}
