/** Passwords count in their canonical form (`canonicalPassword`). */
export interface PasswordHasher {
  /** @throws Failure `unavailable` when too many wait already. */
  hash(password: string): Promise<string>;
  /**
   * Takes the same time for the hash of nobody (undefined), which nothing matches.
   * @throws Failure `unavailable` when too many wait already.
   */
  matches(password: string, hash: string | undefined): Promise<boolean>;
  /** Lasts about as long as `matches`, without its work. */
  pretend(): Promise<void>;
}
