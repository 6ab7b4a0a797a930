/**
 * Sends wake-ups one after the other, so that the caller never waits for one: what is added while one is under way goes
 * with the next. One that fails is dropped: what is ready stands in Postgres, where workers look as well.
 */
export class WakeUps {
  #ids: string[] = [];
  #sending = false;

  /** @param send must end within a limit: nothing else is sent meanwhile */
  constructor(private readonly send: (taskIds: readonly string[]) => Promise<void>) {}

  add(taskIds: readonly string[]): void {
    this.#ids.push(...taskIds);
    if (!this.#sending) void this.#run();
  }

  async #run(): Promise<void> {
    this.#sending = true;
    // What is added in the same turn of the event loop goes together.
    await Promise.resolve();
    while (this.#ids.length > 0) await this.send(this.#ids.splice(0)).catch(() => undefined);
    this.#sending = false;
  }
}
