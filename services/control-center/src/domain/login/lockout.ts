import type { Clock } from '../clock.js';
import type { LoginAttempts } from './login-attempts.js';
import { Turns } from './turns.js';

export const MOST_FAILURES = 5;
export const LOCKED_MS = 15 * 60_000;

/** `last`: wrong, and nothing that follows is looked at for a while. */
export type Outcome = 'right' | 'wrong' | 'last' | 'locked';

/** Ends guessing: after five failures in a row, a key (one user from one client) is refused for 15 minutes. */
export class Lockout {
  readonly #turns = new Turns();

  constructor(
    private readonly attempts: LoginAttempts,
    private readonly clock: Clock,
  ) {}

  /**
   * Each attempt counts as failed before it is checked, so that attempts at the same time, in whatever process, cannot
   * be more than five. In one process they take turns: right ones at the same time would lock each other out.
   * @param check whether the attempt is right; when it throws, nothing was tried.
   */
  attempt(key: string, check: () => Promise<boolean>): Promise<Outcome> {
    return this.#turns.take(key, async () => {
      const now = this.clock();
      const forgetAt = new Date(now.getTime() + LOCKED_MS);
      const count = await this.attempts.claim(key, MOST_FAILURES, now, forgetAt);
      if (count === undefined) return 'locked';
      let right: boolean;
      try {
        right = await check();
      } catch (error) {
        await this.attempts.release(key);
        throw error;
      }
      if (!right) return count === MOST_FAILURES ? 'last' : 'wrong';
      await this.attempts.clear(key);
      return 'right';
    });
  }
}
