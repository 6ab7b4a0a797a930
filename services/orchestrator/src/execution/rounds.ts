import { NO_CAPACITY, type Capacity } from '../domain/worker/capacity.js';
import type { ClaimedTask, Ledger, Outcome, TaskResult } from '../domain/worker/ledger.js';
import { executorLog } from './log.js';
import { mayBeOneOfThem } from './postgres-answer.js';

/** The maximum size of one round, so that it stays well within the statement timeout. */
const MAX_RESULTS = 64;
const RETRY_MS = 500;

/** What {@link Rounds} needs. */
export interface RoundsOptions {
  ledger: Pick<Ledger, 'round'>;
  workerId: string;
  /** What may be claimed once these tasks have ended. */
  capacity: (leaving: readonly string[]) => Capacity;
  beforeClaim: () => void;
  /** Called with the claimed tasks before the results are answered. */
  claimed: (tasks: readonly ClaimedTask[]) => void;
  /** Called with tasks that became ready and found no room here. */
  ready: (taskIds: readonly string[]) => void;
}

interface PendingResult {
  result: TaskResult;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Reports results to Postgres and claims tasks, one round after the other. Everything that ends during a round is part of
 * the next one: many results share a commit, and a single one does not wait.
 */
export class Rounds {
  #pending: PendingResult[] = [];
  #looking = false;
  #going = false;
  /** Called when a round that could claim has returned. */
  #waiting: (() => void)[] = [];

  constructor(private readonly options: RoundsOptions) {}

  /** @returns how the result was accepted. @throws if that is unknown: report it again */
  finish(result: TaskResult): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ result, resolve, reject });
      void this.#go();
    });
  }

  /** There may be work. @param looked called once there was room and Postgres was asked */
  look(looked?: () => void): void {
    if (looked) this.#waiting.push(looked);
    this.#looking = true;
    void this.#go();
  }

  async #go(): Promise<void> {
    if (this.#going) return;
    this.#going = true;
    try {
      // Results of the same turn of the event loop share the round.
      await new Promise(setImmediate);
      while (this.#pending.length > 0 || (this.#looking && this.options.capacity([]).total > 0)) {
        const pending = this.#pending.splice(0, MAX_RESULTS);
        await this.#round(pending);
      }
    } finally {
      this.#going = false;
    }
  }

  async #round(pending: readonly PendingResult[]): Promise<void> {
    const { ledger, workerId, beforeClaim, claimed, ready } = this.options;
    const capacity = this.options.capacity(pending.map(({ result }) => result.taskId));
    const waiting = capacity.total > 0 ? this.#waiting.splice(0) : [];
    if (capacity.total > 0) this.#looking = false;
    if (waiting.length > 0) beforeClaim();
    try {
      const results = pending.map(({ result }) => result);
      const round = await ledger.round(workerId, results, capacity);
      claimed(round.claimed);
      pending.forEach(({ resolve }, index) => resolve(round.outcomes[index]!));
      // What became ready and was not claimed found no capacity here.
      const mine = new Set(round.claimed.map(({ id }) => id));
      const left = round.ready.filter((id) => !mine.has(id));
      if (left.length > 0) ready(left);
    } catch (error) {
      if (pending.length > 1 && mayBeOneOfThem(error)) await this.#oneByOne(pending);
      else for (const { reject } of pending) reject(error);
      if (pending.length === 0) executorLog('warn', 'a claim failed', { error: String(error) });
      setTimeout(() => this.look(), RETRY_MS).unref();
    }
    for (const looked of waiting) looked();
  }

  /** One of the results cannot be stored as it is: the others must not fail with it. */
  async #oneByOne(pending: readonly PendingResult[]): Promise<void> {
    for (const { result, resolve, reject } of pending) {
      await this.options.ledger
        .round(this.options.workerId, [result], NO_CAPACITY)
        .then(({ outcomes, ready }) => {
          resolve(outcomes[0]!);
          this.options.ready(ready);
        }, reject);
    }
  }
}
