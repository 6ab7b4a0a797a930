import type { Logger } from '@provisioning/runtime';
import { Counter, type Registry } from 'prom-client';
import type { DecisionRecord } from '../../domain/decision/decision-record.js';
import type { DecisionLog } from '../../domain/decision/decision-log.js';

const FLUSH_AFTER_MS = 200;
/** Bounds the memory while Postgres is unavailable. */
const MOST_WAITING = 10_000;
const AT_ONCE = 1000;

/**
 * Writes decisions to the log in the background, many at once. Unlike BatchWriter, no caller waits, and a failed write
 * is repeated.
 */
export class DecisionWriter {
  #waiting: DecisionRecord[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  readonly #lost: Counter;

  constructor(
    private readonly decisions: Pick<DecisionLog, 'insert'>,
    private readonly log: Logger,
    registry: Registry,
    private readonly mostWaiting = MOST_WAITING,
  ) {
    this.#lost = new Counter({
      name: 'decisions_lost_total',
      help: 'Decisions that could not be logged: more waited than are kept, or the process ended.',
      registers: [registry],
    });
  }

  record(decision: DecisionRecord): void {
    this.#waiting.push(decision);
    if (this.#waiting.length > this.mostWaiting) {
      this.#waiting.shift();
      this.#lost.inc();
    }
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
  }

  /** Writes all decisions recorded so far; those that could not be written stay queued. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Writes a last time, and counts what is lost. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) return;
    this.#lost.inc(this.#waiting.length);
    this.log.error('decisions were lost: they could not be written', { lost: this.#waiting.length });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, AT_ONCE);
      try {
        await this.decisions.insert(batch);
      } catch (error) {
        // Decisions have ids: one that was written in spite of the error is not written twice.
        this.#waiting.unshift(...batch);
        this.log.warn('decisions cannot be written; trying again', {
          error,
          waiting: this.#waiting.length,
        });
        this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
        return;
      }
    }
  }
}
