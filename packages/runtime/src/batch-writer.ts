import { currentContext, withOwnPatience } from './request-context.js';

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Writes what many ask for in few goes: whatever comes while a write is under way goes with the next one (group commit).
 * Nobody waits for a timer: a lone item is written at once.
 */
export class BatchWriter<Item, Result = undefined> {
  #waiting: Waiting<Item, Result>[] = [];
  #writing = false;

  /**
   * @param write writes all of them or none; gives what came of each, in their order, where there is anything to tell.
   * @param most how many at once.
   */
  constructor(
    private readonly write: (items: Item[]) => Promise<[Result] extends [undefined] ? unknown : Result[]>,
    private readonly most = 500,
  ) {}

  /**
   * Resolves when the item is written, with what came of it; rejects when its go failed, or when the request that adds
   * it is out of patience. What has not been sent by then is not sent any more.
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
    // What is added in the same turn of the event loop goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.most);
      try {
        // Of several requests, and of none of them alone.
        const results = (await withOwnPatience(() => this.write(batch.map(({ item }) => item)))) as
          Result[] | undefined;
        for (const [index, { resolve }] of batch.entries()) resolve(results?.[index] as Result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = false;
  }
}
