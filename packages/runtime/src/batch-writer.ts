import { currentContext, withOwnPatience } from './request-context.js';

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Combines concurrent writes (group commit): items that are added during a write are part of the next one. There is no
 * timer: a single item is written at once.
 */
export class BatchWriter<Item, Result = undefined> {
  #waiting: Waiting<Item, Result>[] = [];
  #writing = false;

  /**
   * @param write writes all items or none; returns the outcome of each, in their order, if there is one
   * @param most the maximum number of items in one write
   */
  constructor(
    private readonly write: (items: Item[]) => Promise<[Result] extends [undefined] ? unknown : Result[]>,
    private readonly most = 500,
  ) {}

  /**
   * Resolves with the outcome when the item is written. Rejects if its write failed, or if the request that added it is out
   * of patience; an item that was not sent by then is not sent any more.
   */
  async add(item: Item): Promise<Result> {
    let waiting: Waiting<Item, Result>;
    const written = new Promise<Result>((resolve, reject) => {
      waiting = { item, resolve, reject };
      this.#waiting.push(waiting);
    });
    if (!this.#writing) void this.#run();
    const patience = currentContext()?.patience;
    if (!patience) return written;
    try {
      return await patience.waitFor(written);
    } finally {
      const index = this.#waiting.indexOf(waiting!);
      if (index >= 0) this.#waiting.splice(index, 1);
    }
  }

  async #run(): Promise<void> {
    this.#writing = true;
    // Items of the same turn of the event loop are written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.most);
      try {
        // The write belongs to several requests, not to one of them.
        // Safe cast: a writer returns results exactly if its items have any.
        const results = (await withOwnPatience(() => this.write(batch.map(({ item }) => item)))) as
          Result[] | undefined;
        // Safe cast: a writer without results has the result type void.
        for (const [index, { resolve }] of batch.entries()) resolve(results?.[index] as Result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = false;
  }
}
