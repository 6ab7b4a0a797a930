import { Keeper } from './keeper.js';
import type { KeeperOptions } from './keeper.js';
import type { Startable } from './startable.js';

/** Starts processes one group after the other, keeps them running, ends them in reverse order. */
export class Supervisor {
  readonly #options: KeeperOptions;
  readonly #groups: Keeper[][] = [];
  readonly #hurry = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Names and ids of what runs, in the order of starting. */
  get processes(): { name: string; pid: number | undefined }[] {
    return this.#groups.flat().map(({ name, pid }) => ({ name, pid }));
  }

  /**
   * Starts all of a group together; resolves when each of them serves.
   * @throws when one does not.
   */
  async start(...startables: Startable[]): Promise<void> {
    if (this.#stopped !== undefined) return;
    const keepers = startables.map((startable) => new Keeper(startable, this.#options));
    this.#groups.push(keepers);
    // All are awaited, so that nothing is still starting when one that failed ends the whole.
    const results = await Promise.allSettled(keepers.map((keeper) => keeper.start()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined && this.#stopped === undefined) throw failed.reason;
  }

  /** Ends all, the last group first. Further calls wait for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  /** Kills what has not ended yet. */
  hasten(): void {
    this.#hurry.abort();
  }

  async #stopAll(): Promise<void> {
    for (const group of this.#groups.toReversed()) {
      await Promise.all(group.map((keeper) => keeper.stop({ hurry: this.#hurry.signal })));
    }
  }
}
