import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerNotifier } from '../domain/worker/worker-notifier.js';

const PAUSE_MS = 50;

/**
 * Rings at once, then not again for a moment, with all that became ready meanwhile: whoever is woken takes as much as he
 * has room for, and those who work look by themselves whenever they end something.
 */
export class GatheredWakeUps {
  #ids: string[] = [];
  #ringing = false;

  constructor(private readonly notifier: Pick<WorkerNotifier, 'notify'>) {}

  add(taskIds: readonly string[]): void {
    this.#ids.push(...taskIds);
    void this.#notify();
  }

  async #notify(): Promise<void> {
    if (this.#ringing) return;
    this.#ringing = true;
    while (this.#ids.length > 0) {
      this.notifier.notify(this.#ids.splice(0));
      await sleep(PAUSE_MS);
    }
    this.#ringing = false;
  }
}
