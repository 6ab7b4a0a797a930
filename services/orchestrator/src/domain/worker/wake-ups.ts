/**
 * Sends wake-ups one at a time, in the background. Tasks that are added meanwhile share the next one. A wake-up that fails
 * is dropped: executors also poll Postgres.
 */
export class WakeUps {
  #ids: string[] = [];
  #sending = false;

  /** @param send must have a time limit: no other wake-up is sent meanwhile */
  constructor(private readonly send: (taskIds: readonly string[]) => Promise<void>) {}

  /** Adds ready tasks to the next wake-up. */
  add(taskIds: readonly string[]): void {
    this.#ids.push(...taskIds);
    if (!this.#sending) void this.#run();
  }

  async #run(): Promise<void> {
    this.#sending = true;
    // Tasks that are added in the same turn of the event loop share a wake-up.
    await Promise.resolve();
    while (this.#ids.length > 0) await this.send(this.#ids.splice(0)).catch(() => undefined);
    this.#sending = false;
  }
}
