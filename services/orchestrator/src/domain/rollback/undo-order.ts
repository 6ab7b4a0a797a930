import { idsOf, serversOf, type Body } from './resource-body.js';
import { keyOf, type ResourceKey } from './resource-key.js';
import type { JournalEntry } from './rollback.js';

/** A resource that exists. */
export interface Existing extends ResourceKey {
  body: Body;
}

/**
 * Orders changes so that they can be undone one by one: the newest first, unless it cannot be undone yet. Concurrent
 * operations of a batch may change the same resource, and their reports may arrive in another order than the changes. Of
 * two such entries, the one that matches the present state comes first.
 * @param newestFirst in descending order of their numbers
 * @param existing the resources that exist now
 */
export function inOrder(newestFirst: readonly JournalEntry[], existing: readonly Existing[]): JournalEntry[] {
  const state = new SimulatedState(existing, newestFirst);
  const remaining = [...newestFirst];
  const ordered: JournalEntry[] = [];
  while (remaining.length > 0) {
    const position = remaining.findIndex((entry) => state.canUndo(entry));
    const [next] = remaining.splice(Math.max(position, 0), 1);
    if (!next) break;
    state.undo(next);
    ordered.push(next);
  }
  return ordered;
}

/** The resources that exist after each step of an undo. */
class SimulatedState {
  /** The ids of each existing resource, by its key. */
  readonly #existing: Map<string, readonly unknown[]>;
  /** By key of a resource, how many entries are left whose undo removes it. */
  readonly #removals = new Map<string, number>();
  /** By key of a server, the keys of the resources on it that some entry removes. */
  readonly #removedFrom = new Map<string, Set<string>>();

  constructor(existing: readonly Existing[], entries: readonly JournalEntry[]) {
    this.#existing = new Map(existing.map((one) => [keyOf(one), idsOf(one.body)]));
    for (const entry of entries.filter(isRemovedByUndo)) {
      const key = keyOf(entry);
      this.#removals.set(key, this.#removalsOf(key) + 1);
      for (const server of serverKeysOf(entry)) {
        const keys = this.#removedFrom.get(server) ?? new Set();
        this.#removedFrom.set(server, keys.add(key));
      }
    }
  }

  canUndo(entry: JournalEntry): boolean {
    const key = keyOf(entry);
    const ids = this.#existing.get(key);
    if (entry.change === 'forget') return ids === undefined;
    if (entry.change === 'destroy') {
      // Created again on a server that is replaced afterwards, it would be lost with the server.
      const isRemovedAgain = this.#removalsOf(key) > 0;
      return (
        ids === undefined &&
        serverKeysOf(entry).every(
          (server) => this.#existing.has(server) && (isRemovedAgain || this.#removalsOf(server) === 0),
        )
      );
    }
    if (!ids?.includes(entry.resourceId)) return false;
    return !isRemovedByUndo(entry) || entry.kind !== 'server' || !this.#hasRemovable(key);
  }

  undo(entry: JournalEntry): void {
    const key = keyOf(entry);
    if (isRemovedByUndo(entry)) {
      this.#existing.delete(key);
      this.#removals.set(key, this.#removalsOf(key) - 1);
    } else if (entry.change !== 'change') this.#existing.set(key, idsOf(entry.before ?? {}));
  }

  #removalsOf(key: string): number {
    return this.#removals.get(key) ?? 0;
  }

  /** Whether a resource is on the server that must be removed first. What is not there now was on an earlier server. */
  #hasRemovable(server: string): boolean {
    const keys = [...(this.#removedFrom.get(server) ?? [])];
    return keys.some((key) => this.#existing.has(key) && this.#removalsOf(key) > 0);
  }
}

/** Whether undoing the entry removes the resource, at the provider or only from the inventory. */
function isRemovedByUndo({ change }: JournalEntry): boolean {
  return change === 'create' || change === 'adopt';
}

/** Keys of the servers on which the resource of an entry is installed. */
export function serverKeysOf({ infra, kind, name, before, after }: JournalEntry): string[] {
  const servers = serversOf({ kind, name, body: after ?? before });
  return servers.map((server) => keyOf({ infra, kind: 'server', name: server }));
}
