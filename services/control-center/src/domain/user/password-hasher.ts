/** Hashes passwords, in their canonical form (`canonicalPassword`). */
export interface PasswordHasher {
  /** @throws Failure `unavailable` (`busy`) when too many wait already. */
  hash(password: string): Promise<string>;
  /**
   * Takes the same time without a hash (undefined), which no password matches.
   * @throws Failure `unavailable` (`busy`) when too many wait already.
   */
  matches(password: string, hash: string | undefined): Promise<boolean>;
  /** Waits about as long as `matches` takes, without its work. */
  pretend(): Promise<void>;
}
