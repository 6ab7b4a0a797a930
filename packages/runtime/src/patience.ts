/** How long a request waits for a database that does not answer: with the rest of its work, it is answered within 5 s. */
const PATIENCE_MS = 4_500;

/** Thrown in place of a wait that has become too long; its code is one of those of a database that is away. */
export class OutOfPatience extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('There was no answer within the time that this request may wait.');
  }
}

/**
 * How long one request may wait for answers of what its service depends on. All its waits share it, whether they come
 * one after the other or at the same time: for a connection, for a statement, for the rollback after it. What a request
 * does meanwhile (reading its body, hashing a password) does not count, and an answer restores all of it: what answers
 * is not away, however much there is to ask.
 */
export class Patience {
  #spentMs = 0;
  #waits = 0;
  #since = 0;
  #lifted = false;

  /** @param limitMs how long it may wait without an answer, in milliseconds */
  constructor(
    private readonly limitMs = PATIENCE_MS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** What is left of it, in milliseconds, at least 0; Infinity once it is lifted. */
  get leftMs(): number {
    if (this.#lifted) return Infinity;
    const waitingMs = this.#waits > 0 ? this.now() - this.#since : 0;
    return Math.max(0, this.limitMs - this.#spentMs - waitingMs);
  }

  /** The request is answered: what goes on in its name from now on (a stream of events, a follower) has no limit. */
  lift(): void {
    this.#lifted = true;
  }

  /** A wait begins. @returns what is called at its end, with whether there was an answer; called again, it does nothing */
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
   * Waits for `promise` as long as there is patience.
   * @param isAnswer whether what it comes to was asked for outside: a connection of a pool, for one, is no answer
   * @param late called with what comes once it is not waited for any more
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
