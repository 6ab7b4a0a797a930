import type { Event } from '@provisioning/contracts';
import { mergePatches, patchOf, type Patch } from './forward-only.js';

type Listener = () => void;

/** What events said since the page was opened, by the id of the task. Only components that show a task are notified. */
class LiveStore {
  readonly #patches = new Map<string, Patch>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #everything = new Set<Listener>();

  /** @param now the clock of `performance.now()` */
  apply(events: readonly Event[], now: number): void {
    const touched = new Set<string>();
    for (const event of events) {
      const read = patchOf(event, now);
      if (!read) continue;
      this.#patches.set(read.taskId, mergePatches(this.#patches.get(read.taskId), read.patch));
      touched.add(read.taskId);
    }
    for (const id of touched) for (const listener of this.#listeners.get(id) ?? []) listener();
    if (touched.size > 0) for (const listener of this.#everything) listener();
  }

  patch(taskId: string): Patch | undefined {
    return this.#patches.get(taskId);
  }

  /** @returns what ends it */
  subscribe(taskId: string, listener: Listener): Listener {
    const listeners = this.#listeners.get(taskId) ?? new Set();
    this.#listeners.set(taskId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(taskId);
    };
  }

  subscribeToAll(listener: Listener): Listener {
    this.#everything.add(listener);
    return () => this.#everything.delete(listener);
  }

  clear(): void {
    this.#patches.clear();
  }
}

export const liveStore = new LiveStore();
