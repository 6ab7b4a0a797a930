/** Counts failed sign-ins by key. Every call is atomic across all processes. */
export interface LoginAttempts {
  /**
   * Adds one to the count unless it is `most` already; the count expires at `forgetAt`.
   * @returns the new count; undefined when the count was `most` already.
   */
  claim(key: string, most: number, now: Date, forgetAt: Date): Promise<number | undefined>;
  /** Adds one to the count, which expires `forgetAfterMs` milliseconds after the first. */
  add(key: string, now: Date, forgetAfterMs: number): Promise<void>;
  count(key: string, now: Date): Promise<number>;
  /** Undoes one claim: the attempt did not take place. */
  release(key: string): Promise<void>;
  clear(key: string): Promise<void>;
}
