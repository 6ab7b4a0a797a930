import type { JournalEntry, Resource } from './rollback.js';

export type Existing = Pick<Resource, 'infra' | 'kind' | 'name' | 'body'>;

/**
 * The order in which changes can be undone: the last one first, unless that one cannot be undone yet. Operations of one
 * batch may change the same thing at the same time, and what is told last need not have been done last: of two changes
 * that are told the wrong way round, the one that fits what there is then comes first.
 * @param newestFirst by their place in the journal
 * @param existing what there is now
 */
export function inOrder(newestFirst: readonly JournalEntry[], existing: readonly Existing[]): JournalEntry[] {
  const world = new World(existing, newestFirst);
  const remaining = [...newestFirst];
  const ordered: JournalEntry[] = [];
  while (remaining.length > 0) {
    const fitting = remaining.findIndex((entry) => world.fits(entry));
    const [next] = remaining.splice(Math.max(fitting, 0), 1);
    if (!next) break;
    world.undo(next);
    ordered.push(next);
  }
  return ordered;
}

/** What there is while more and more is undone. */
class World {
  /** By name, the ids that what stands there now answers to. */
  readonly #now: Map<string, readonly unknown[]>;
  /** How many things on a server are still to be taken away. */
  readonly #toGo = new Map<string, number>();

  constructor(existing: readonly Existing[], entries: readonly JournalEntry[]) {
    this.#now = new Map(existing.map((one) => [keyOf(one), idsOf(one.body)]));
    for (const entry of entries) if (leaves(entry)) this.#count(entry, 1);
  }

  fits(entry: JournalEntry): boolean {
    const now = this.#now.get(keyOf(entry));
    if (entry.change === 'forget') return now === undefined;
    if (entry.change === 'destroy')
      return now === undefined && serversOf(entry).every((server) => this.#now.has(server));
    if (!now?.includes(entry.resourceId)) return false;
    return !leaves(entry) || entry.kind !== 'server' || (this.#toGo.get(keyOf(entry)) ?? 0) === 0;
  }

  undo(entry: JournalEntry): void {
    if (leaves(entry)) {
      this.#now.delete(keyOf(entry));
      this.#count(entry, -1);
    } else if (entry.change !== 'change') this.#now.set(keyOf(entry), idsOf(entry.before ?? {}));
  }

  #count(entry: JournalEntry, by: number): void {
    for (const server of serversOf(entry)) this.#toGo.set(server, (this.#toGo.get(server) ?? 0) + by);
  }
}

/** Whether undoing it takes the thing away, be it only out of the inventory. */
function leaves({ change }: JournalEntry): boolean {
  return change === 'create' || change === 'adopt';
}

/** Keys of the servers that something stands on. */
export function serversOf({ infra, kind, name, before, after }: JournalEntry): string[] {
  if (kind === 'taskserv') return [keyOf({ infra, kind: 'server', name: name.split('/')[0] ?? '' })];
  const servers = kind === 'cluster' ? (after ?? before)?.['servers'] : [];
  return Array.isArray(servers)
    ? servers.map((server) => keyOf({ infra, kind: 'server', name: String(server) }))
    : [];
}

/** What a thing answers to: its id, and those of the things that it stands for. */
export function idsOf(body: Record<string, unknown>): unknown[] {
  const restores = body['restores'];
  return [body['id'], ...(Array.isArray(restores) ? (restores as unknown[]) : [])];
}

export function keyOf({ infra, kind, name }: Pick<Existing, 'infra' | 'kind' | 'name'>): string {
  return JSON.stringify([infra, kind, name]);
}
