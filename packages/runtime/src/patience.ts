/** How long a request waits for a database that does not answer: with the rest of its work, it is answered within 5 s. */
const PATIENCE_MS = 4_500;

/** Thrown when a wait has become too long; its code is one of those of an unreachable database. */
export class OutOfPatience extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('There was no answer within the time that this request may wait.');
  }
}

/**
 * How long one request may wait for answers of its service's dependencies. All its waits share it, sequential and
 * concurrent ones: for a connection, for a statement, for the rollback after it. Other work of the request, such as reading
 * its body or hashing a password, does not count. An answer restores the whole time: a dependency that answers is not
 * away, however many questions there are.
 */
export class Patience {
  #spentMs = 0;
  #waits = 0;
  #since = 0;
  #lifted = false;

  /** @param limitMs the maximum wait without an answer, in milliseconds */
  constructor(
    private readonly limitMs = PATIENCE_MS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The remaining time in milliseconds, at least 0; Infinity once it is lifted. */
  get leftMs(): number {
    if (this.#lifted) return Infinity;
    const waitingMs = this.#waits > 0 ? this.now() - this.#since : 0;
    return Math.max(0, this.limitMs - this.#spentMs - waitingMs);
  }

  /** The request is answered: further work in its name (a stream of events, a follower) has no limit. */
  lift(): void {
    this.#lifted = true;
  }

  /** Starts a wait. @returns a function that ends it, with whether there was an answer; further calls have no effect */
  begin(): (answered: boolean) => void {
    if (this.#waits++ === 0) this.#since = this.now();
    let over = false;
    return (answered) => {
      if (over) return;
      over = true;
      this.#waits--;
      const now = this.now();
      if (answered) this.#spentMs = 0;
      else if (this.#waits === 0) this.#spentMs += now - this.#since;
      if (answered) this.#since = now;
    };
  }

  /**
   * Waits for `promise` for the remaining time.
   * @param isAnswer whether the result came from a dependency: a connection of a pool is not an answer
   * @param late receives a result that arrives after the wait has ended
   * @throws OutOfPatience
   */
  async waitFor<T>(
    promise: Promise<T>,
    { isAnswer = true, late }: { isAnswer?: boolean; late?: (value: T) => void } = {},
  ): Promise<T> {
    const { leftMs } = this;
    if (leftMs === Infinity) return promise;
    const end = this.begin();
    let timer: NodeJS.Timeout | undefined;
    let waiting = true;
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        waiting = false;
        reject(new OutOfPatience());
      }, leftMs);
    });
    void promise.then(
      (value) => {
        if (!waiting) late?.(value);
      },
      () => undefined,
    );
    try {
      const value = await Promise.race([promise, silence]);
      end(isAnswer);
      return value;
    } finally {
      clearTimeout(timer);
      end(false);
    }
  }
}
