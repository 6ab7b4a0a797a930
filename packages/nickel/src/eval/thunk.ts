import { evaluationError } from '../nickel-error.js';
import type { Span } from '../source.js';

/** A value that is computed when it is first needed, and at most once. */
export class Lazy<V> {
  #compute: (() => V) | undefined;
  #value: V | undefined;
  #running = false;

  constructor(
    compute: (() => V) | undefined,
    /** The expression that gives the value; errors and exports point at it. */
    readonly span: Span | undefined,
    value?: V,
  ) {
    this.#compute = compute;
    this.#value = value;
  }

  /** The value if it is known already. */
  get known(): V | undefined {
    return this.#value;
  }

  /** The value; callers go through `Machine.force`, which counts the depth. */
  compute(): V {
    if (this.#value !== undefined) return this.#value;
    if (this.#running || !this.#compute) {
      throw evaluationError('The value depends on itself: infinite recursion.', this.span, [
        'A field of a record hides a name outside that is the same: for that one, write "include name" in the record.',
      ]);
    }
    this.#running = true;
    try {
      this.#value = this.#compute();
      this.#compute = undefined;
      return this.#value;
    } finally {
      this.#running = false;
    }
  }
}
