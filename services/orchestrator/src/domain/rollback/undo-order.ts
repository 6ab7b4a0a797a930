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
  /** The number of resources on a server that are still to be removed, by the server's key. */
  readonly #toRemove = new Map<string, number>();

  constructor(existing: readonly Existing[], entries: readonly JournalEntry[]) {
    this.#existing = new Map(existing.map((one) => [keyOf(one), idsOf(one.body)]));
    for (const entry of entries) if (isRemovedByUndo(entry)) this.#count(entry, 1);
  }

  canUndo(entry: JournalEntry): boolean {
    const ids = this.#existing.get(keyOf(entry));
    if (entry.change === 'forget') return ids === undefined;
    if (entry.change === 'destroy')
      return ids === undefined && serverKeysOf(entry).every((server) => this.#existing.has(server));
    if (!ids?.includes(entry.resourceId)) return false;
    return (
      !isRemovedByUndo(entry) || entry.kind !== 'server' || (this.#toRemove.get(keyOf(entry)) ?? 0) === 0
    );
  }

  undo(entry: JournalEntry): void {
    if (isRemovedByUndo(entry)) {
      this.#existing.delete(keyOf(entry));
      this.#count(entry, -1);
    } else if (entry.change !== 'change') this.#existing.set(keyOf(entry), idsOf(entry.before ?? {}));
  }

  #count(entry: JournalEntry, by: number): void {
    for (const server of serverKeysOf(entry))
      this.#toRemove.set(server, (this.#toRemove.get(server) ?? 0) + by);
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
