import type { Clock } from '../clock.js';
import type { LoginAttempts } from './login-attempts.js';

const HOUR_MS = 60 * 60_000;
/** Failures of one user in an hour, from any client, before sign-ins are delayed. */
const FREE_FAILURES = 50;
const FIRST_DELAY_MS = 250;
const DOUBLED_EVERY = 10;
const LONGEST_DELAY_MS = 8_000;

/**
 * Slows down guessing at one user from many clients. Every sign-in as that user waits, and none is refused: otherwise a
 * stranger could lock the user out.
 */
export class Delay {
  constructor(
    private readonly attempts: LoginAttempts,
    private readonly clock: Clock,
    private readonly sleep: (milliseconds: number) => Promise<unknown>,
  ) {}

  async wait(key: string): Promise<void> {
    const delay = delayAfter(await this.attempts.count(key, this.clock()));
    if (delay > 0) await this.sleep(delay);
  }

  async failed(key: string): Promise<void> {
    await this.attempts.add(key, this.clock(), HOUR_MS);
  }
}

/** Returns the delay after so many failures, in milliseconds. */
export function delayAfter(failures: number): number {
  if (failures < FREE_FAILURES) return 0;
  const doublings = Math.floor((failures - FREE_FAILURES) / DOUBLED_EVERY);
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** doublings);
}
