import type { Outcome } from './outcome.js';

/**
 * Hands on what came of steps in the order of the steps, though they are taken at the same time: what came of a later one
 * waits until all earlier ones have ended.
 */
export class StepOutcomes {
  readonly #waiting = new Map<number, Outcome[]>();
  readonly #ended = new Set<number>();
  #next = 0;

  /** @param handOn takes each outcome, once */
  constructor(private readonly handOn: (outcome: Outcome) => void) {}

  /** @param position of the step, from 0 */
  add(position: number, outcome: Outcome): void {
    if (position === this.#next) this.handOn(outcome);
    else this.#waiting.set(position, [...(this.#waiting.get(position) ?? []), outcome]);
  }

  end(position: number): void {
    this.#ended.add(position);
    while (this.#ended.has(this.#next)) {
      this.#next++;
      this.#release(this.#next);
    }
  }

  /** No other step ends any more: those that never began are waited for no longer. */
  endAll(): void {
    for (const position of [...this.#waiting.keys()].sort((one, other) => one - other))
      this.#release(position);
  }

  #release(position: number): void {
    for (const outcome of this.#waiting.get(position) ?? []) this.handOn(outcome);
    this.#waiting.delete(position);
  }
}
