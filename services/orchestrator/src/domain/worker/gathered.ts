/**
 * Sends items in the background, one batch at a time. Items that are added meanwhile share the next one. A batch that
 * cannot be sent is dropped.
 */
export class Gathered<Item> {
  #items: Item[] = [];
  #sending = false;

  /** @param send must have a time limit: no other batch is sent meanwhile */
  constructor(private readonly send: (items: Item[]) => Promise<void>) {}

  /** Adds items to the next batch. */
  add(items: readonly Item[]): void {
    this.#items.push(...items);
    if (!this.#sending) void this.#run();
  }

  async #run(): Promise<void> {
    this.#sending = true;
    // Items that are added in the same turn of the event loop share a batch.
    await Promise.resolve();
    while (this.#items.length > 0) await this.send(this.#items.splice(0)).catch(() => undefined);
    this.#sending = false;
  }
}
