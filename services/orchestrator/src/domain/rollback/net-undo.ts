import { actToward } from './act-toward.js';
import { idsOf, type Body } from './resource-body.js';
import { keyOf } from './resource-key.js';
import type { JournalEntry } from './rollback.js';
import { serverKeysOf, type Existing } from './undo-order.js';

/** One change that undoes one or more journal entries. */
export interface NetUndo {
  /** The change to reverse, as a journal entry. It need not be an entry that exists. */
  change: JournalEntry;
  /** The entries that it undoes, newest first. */
  entries: JournalEntry[];
}

/** The state of a resource at one moment. `unmanaged`: it exists and is not in the inventory. */
type State = { is: 'absent' } | { is: 'inventoried' | 'unmanaged'; body: Body };

const ABSENT: State = { is: 'absent' };

/**
 * Computes the difference between the present state and the state before some changes, resource by resource. A resource that
 * was created and destroyed, or destroyed and created again with the same settings, needs no act. Task services and clusters
 * on a server that must be replaced are replaced with it.
 * @param lastFirst the changes, in an order in which they could be undone one by one
 * @param existing the resources that exist now
 * @param wanted the resources of the checkpoint: they are never destroyed, regardless of who created them again
 */
export function netUndo(
  lastFirst: readonly JournalEntry[],
  existing: readonly Existing[],
  wanted: readonly Existing[],
): NetUndo[] {
  const kept = new Map(wanted.map((one) => [keyOf(one), one.body]));
  const known = new Map(existing.map((one) => [keyOf(one), idsOf(one.body)]));
  const histories = new Map<string, JournalEntry[]>();
  for (const entry of lastFirst) histories.set(keyOf(entry), [...(histories.get(keyOf(entry)) ?? []), entry]);
  const resources = [...histories].map(
    ([key, history]) => new History(history, known.get(key), kept.get(key)),
  );
  const replaced = new Set(resources.filter(({ isReplaced }) => isReplaced).map(({ key }) => key));
  for (const resource of resources)
    if (resource.servers.some((server) => replaced.has(server))) resource.replace();
  const position = new Map(lastFirst.map(({ seq }, index) => [seq, index]));
  return resources
    .flatMap((resource) => resource.undos())
    .sort((one, other) => position.get(one.entries[0]!.seq)! - position.get(other.entries[0]!.seq)!);
}

/** The history of one resource, from now back to before the oldest of its changes. */
class History {
  readonly key: string;
  /** The changes with a net effect: earlier ones cancelled each other out. */
  #entries: JournalEntry[];
  readonly #now: State;
  readonly #then: State;
  #forced = false;

  /**
   * @param ids the ids of the existing resource, if there is one
   * @param wanted the resource of the checkpoint, if it has one
   */
  constructor(
    private readonly history: JournalEntry[],
    ids: readonly unknown[] | undefined,
    wanted: Body | undefined,
  ) {
    this.key = keyOf(history[0]!);
    const recorded = stateAfter(history[0]!);
    const before = stateBefore(history.at(-1)!);
    const comesBack = before.is === 'absent' && recorded.is === 'inventoried' && wanted;
    this.#then = comesBack ? { is: 'inventoried', body: comesBack } : withPowerOf(wanted, before);
    const isGone = recorded.is === 'inventoried' && !ids?.includes(recorded.body['id']);
    this.#now = isGone && this.#then.is === 'absent' ? ABSENT : recorded;
    const states = [this.#now, ...history.map(stateBefore)];
    const since = states.findIndex((state) => this.#isSame(state, this.#then));
    this.#entries = since === -1 ? history : history.slice(0, since);
  }

  /** Keys of the servers on which it is installed. */
  get servers(): string[] {
    return serverKeysOf(this.history[0]!);
  }

  get isReplaced(): boolean {
    return this.history[0]!.kind === 'server' && this.#body() === 'replace';
  }

  /** Replaces it even if its settings are unchanged. */
  replace(): void {
    if (this.#now.is === 'absent' || this.#then.is === 'absent') return;
    this.#forced = true;
    if (this.#entries.length === 0) this.#entries = this.history;
  }

  undos(): NetUndo[] {
    const [now, then] = [this.#now, this.#then];
    let entries = this.#entries;
    const [newest, oldest] = [entries[0], entries.at(-1)];
    if (!newest || !oldest || (now.is === 'unmanaged' && then.is === 'absent')) return [];
    const first: NetUndo[] = [];
    const last: NetUndo[] = [];
    if (now.is === 'unmanaged' && then.is === 'inventoried') {
      first.push(undoing(newest, 'forget', now.body, null, [newest]));
      entries = entries.slice(1);
    }
    if (then.is === 'unmanaged' && now.is !== 'unmanaged') {
      last.push(undoing(oldest, 'adopt', null, then.body, [oldest]));
      entries = entries.slice(0, -1);
    }
    const between = this.#between(entries.length > 0 ? entries : [oldest]);
    // Changes without a net effect are undone with the others.
    if (between.length === 0) (first[0] ?? last[0])?.entries.splice(0, Infinity, ...this.#entries);
    return [...first, ...between, ...last];
  }

  #between(entries: JournalEntry[]): NetUndo[] {
    const [now, then, oldest] = [this.#now, this.#then, entries.at(-1)!];
    const createAgain = (of: JournalEntry[], body: Body) => undoing(oldest, 'destroy', body, null, of);
    if (now.is === 'absent') return then.is === 'absent' ? [] : [createAgain(entries, then.body)];
    if (then.is === 'absent') return [undoing(oldest, 'create', null, now.body, entries)];
    switch (this.#body()) {
      case 'unchanged':
        return [];
      case 'change':
        return [undoing(oldest, 'change', then.body, now.body, entries)];
      case 'replace': {
        const made = entries.findIndex((entry) => stateBefore(entry).is === 'absent') + 1;
        const [since, before] = [entries.slice(0, made || 1), entries.slice(made || 1)];
        return [
          undoing(oldest, 'create', null, now.body, since),
          createAgain(before.length > 0 ? before : [oldest], then.body),
        ];
      }
    }
  }

  #body(): ReturnType<typeof actToward> {
    const [now, then] = [this.#now, this.#then];
    if (now.is === 'absent' || then.is === 'absent') return 'unchanged';
    if (this.#forced) return 'replace';
    return actToward(this.#described(then.body), this.#described(now.body));
  }

  #isSame(one: State, other: State): boolean {
    if (one.is !== other.is) return false;
    if (one.is === 'absent' || other.is === 'absent') return true;
    return actToward(this.#described(one.body), this.#described(other.body)) === 'unchanged';
  }

  #described(body: Body) {
    const { infra, kind, driver } = this.history[0]!;
    return { infra, kind, driver: typeof body['driver'] === 'string' ? body['driver'] : driver, body };
  }
}

/**
 * An interrupted change may have left a server stopped, and the next change recorded it so. What counts is whether it ran
 * at the checkpoint.
 */
function withPowerOf(wanted: Body | undefined, before: State): State {
  if (before.is !== 'inventoried' || wanted?.['state'] === undefined) return before;
  return { ...before, body: { ...before.body, state: wanted['state'] } };
}

function stateAfter({ change, before, after }: JournalEntry): State {
  if (change === 'destroy') return ABSENT;
  return change === 'forget'
    ? { is: 'unmanaged', body: before ?? {} }
    : { is: 'inventoried', body: after ?? {} };
}

function stateBefore({ change, before, after }: JournalEntry): State {
  if (change === 'create') return ABSENT;
  return change === 'adopt'
    ? { is: 'unmanaged', body: after ?? {} }
    : { is: 'inventoried', body: before ?? {} };
}

function undoing(
  like: JournalEntry,
  change: JournalEntry['change'],
  before: Body | null,
  after: Body | null,
  entries: JournalEntry[],
): NetUndo {
  const { id, driver, provider } = after ?? before ?? {};
  return {
    change: {
      ...like,
      change,
      before,
      after,
      resourceId: typeof id === 'string' ? id : like.resourceId,
      driver: typeof driver === 'string' ? driver : like.driver,
      provider: typeof provider === 'string' ? provider : like.provider,
    },
    entries: [...entries],
  };
}
