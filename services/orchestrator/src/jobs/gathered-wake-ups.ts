import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerNotifier } from '../domain/worker/worker-notifier.js';

const PAUSE_MS = 50;

/**
 * Sends a wake-up at once, and the next one after a moment with everything that became ready meanwhile. A worker that is
 * woken claims as much as it has room for, and busy workers poll whenever a task ends.
 */
export class GatheredWakeUps {
  #ids: string[] = [];
  #sending = false;

  constructor(private readonly notifier: Pick<WorkerNotifier, 'notify'>) {}

  add(taskIds: readonly string[]): void {
    this.#ids.push(...taskIds);
    void this.#notify();
  }

  async #notify(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#ids.length > 0) {
      this.notifier.notify(this.#ids.splice(0));
      await sleep(PAUSE_MS);
    }
    this.#sending = false;
  }
}
