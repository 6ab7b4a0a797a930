import type { Outcome } from './outcome.js';

/**
 * Passes on the outcomes of steps in the order of the steps, although the steps run concurrently. The outcome of a step
 * waits until all earlier steps have ended.
 */
export class StepOutcomes {
  readonly #waiting = new Map<number, Outcome[]>();
  readonly #ended = new Set<number>();
  #next = 0;

  /** @param handOn receives each outcome once */
  constructor(private readonly handOn: (outcome: Outcome) => void) {}

  /** @param position of the step, counted from 0 */
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

  /** No other step ends: outcomes no longer wait for steps that never started. */
  endAll(): void {
    for (const position of [...this.#waiting.keys()].sort((one, other) => one - other))
      this.#release(position);
  }

  #release(position: number): void {
    for (const outcome of this.#waiting.get(position) ?? []) this.handOn(outcome);
    this.#waiting.delete(position);
  }
}
