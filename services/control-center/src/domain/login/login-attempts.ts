/** Counts the sign-ins that were tried and did not succeed, by key; every call is atomic over all processes. */
export interface LoginAttempts {
  /**
   * Counts one up to `most`, forgotten at `forgetAt`.
   * @returns how many are counted now; undefined, and counts nothing, when `most` are counted already.
   */
  claim(key: string, most: number, now: Date, forgetAt: Date): Promise<number | undefined>;
  /** Counts one; all of them are forgotten `forgetAfterMs` after the first. */
  add(key: string, now: Date, forgetAfterMs: number): Promise<void>;
  count(key: string, now: Date): Promise<number>;
  /** Takes one claim back: it was not tried after all. */
  release(key: string): Promise<void>;
  clear(key: string): Promise<void>;
}
