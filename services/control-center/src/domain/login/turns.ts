import { Failure } from '@provisioning/errors';

/** Enough for a burst, and few enough that the last one is answered in time. */
const LONGEST_QUEUE = 64;

/** Runs functions with the same key one after the other. */
export class Turns {
  readonly #queues = new Map<string, { last: Promise<unknown>; length: number }>();

  /** @throws Failure `unavailable` when too many wait for the same key. */
  async take<T>(key: string, act: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= LONGEST_QUEUE) {
      throw new Failure(
        'unavailable',
        'Too many sign-ins of this user are in progress. Try again in a few seconds.',
        {
          code: 'busy',
          retryAfter: 5,
        },
      );
    }
    this.#queues.set(key, queue);
    queue.length += 1;
    const turn = queue.last.then(act);
    queue.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      queue.length -= 1;
      if (queue.length === 0) this.#queues.delete(key);
    }
  }
}
