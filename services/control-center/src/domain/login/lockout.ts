import type { Clock } from '../clock.js';
import type { AttemptKey } from './attempt-key.js';
import type { LoginAttempts } from './login-attempts.js';
import { Turns } from './turns.js';

export const MOST_FAILURES = 5;
export const LOCKED_MS = 15 * 60_000;

/** `last`: wrong, and the attempts that follow are refused for a while. */
export type Outcome = 'right' | 'wrong' | 'last' | 'locked';

/**
 * Stops guessing: after five failures in a row, a key (one user from one client) is refused for 15 minutes.
 */
export class Lockout {
  readonly #turns = new Turns();

  constructor(
    private readonly attempts: LoginAttempts,
    private readonly clock: Clock,
  ) {}

  /**
   * Each attempt is counted as a failure before it is checked, so that concurrent attempts in any number of processes
   * cannot exceed five. Within one process they run one after the other: concurrent correct ones would lock each other
   * out.
   * @param check whether the attempt is correct; when it throws, the attempt is not counted.
   */
  attempt(key: AttemptKey, check: () => Promise<boolean>): Promise<Outcome> {
    return this.#turns.take(key.key, async () => {
      const now = this.clock();
      const forgetAt = new Date(now.getTime() + LOCKED_MS);
      const count = await this.attempts.claim(key, MOST_FAILURES, now, forgetAt);
      if (count === undefined) return 'locked';
      let right: boolean;
      try {
        right = await check();
      } catch (error) {
        await this.attempts.release(key.key);
        throw error;
      }
      if (!right) return count === MOST_FAILURES ? 'last' : 'wrong';
      await this.attempts.clear(key.key);
      return 'right';
    });
  }
}
