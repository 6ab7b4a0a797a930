/**
 * Writes what many ask for in few goes: whatever comes while a write is under way goes with the next one (group commit).
 * Nobody waits for a timer: a lone item is written at once.
 */
export class BatchWriter<Item> {
  #waiting: { item: Item; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #writing = false;

  /**
   * @param write writes all of them or none.
   * @param most how many at once.
   */
  constructor(
    private readonly write: (items: Item[]) => Promise<void>,
    private readonly most = 500,
  ) {}

  /** Resolves when the item is written; rejects when its go failed. */
  add(item: Item): Promise<void> {
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ item, resolve, reject }));
    if (!this.#writing) void this.#run();
    return written;
  }

  async #run(): Promise<void> {
    this.#writing = true;
    // What is added in the same turn of the event loop goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.most);
      try {
        await this.write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = false;
  }
}
