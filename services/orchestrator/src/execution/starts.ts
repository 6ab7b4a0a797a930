import { executorLog } from './log.js';

/** How long the first start of a program may take; each failed start doubles it, up to the longest. */
const FIRST_LIMIT_MS = 30_000;
const LONGEST_LIMIT_MS = 300_000;
/** The pause after a failed start: doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** The starts of one program: how many failed in a row, how long the next may take, and when it may start. */
export class Starts {
  #failures = 0;
  #retryAt = -Infinity;
  #fault: string | null = null;

  /** @param consequence for the log: what is impossible while the program cannot be started */
  constructor(private readonly consequence: string) {}

  /** Why the program could not be started, in a phrase; null once it was. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Whether the pause after the last failed start is over. */
  get due(): boolean {
    return performance.now() >= this.#retryAt;
  }

  /** Milliseconds that the next start may take: a busy machine gets more time with each attempt. */
  get limitMs(): number {
    return Math.min(FIRST_LIMIT_MS * 2 ** this.#failures, LONGEST_LIMIT_MS);
  }

  succeeded(): void {
    if (this.#fault !== null) executorLog('info', 'started again', { after: this.#fault });
    this.#fault = null;
    this.#failures = 0;
  }

  failed(fault: string): void {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures++;
    this.#retryAt = performance.now() + pause;
    this.#fault = fault;
    executorLog('error', `${this.consequence}: tasks wait`, {
      reason: fault,
      node: process.version,
      next_try_seconds: pause / 1000,
      next_limit_seconds: this.limitMs / 1000,
    });
  }
}
