import { forEachPausing } from '../batch/pause.js';
import { actKey, anyServer, type Act } from './act.js';
import { lazyReadable, type Readable } from './readable.js';
import { carrierQuestions, readQuestions, thingQuestions, unlessDenied, type Scope } from './scope.js';
import type { Viewer } from './viewer.js';

/** Which rows of a list somebody may read. */
export interface VisibleRows {
  /** Their scopes. */
  scopes: readonly string[];
  /** Ids, or prefixes with a `*` at the end, of rows that are denied by name. */
  deniedIds: readonly string[];
}

export interface VisibleTasks extends VisibleRows {
  /** Scopes of batches whose operations are denied with them, and ids or prefixes of ids of such batches. */
  deniedBatches: VisibleRows;
}

export interface VisibleCheckpoints {
  /** Every infra of a checkpoint must be one of these. */
  infras: readonly string[];
  deniedIds: readonly string[];
}

/** What counts of checkpoints and rollbacks may contain. */
export interface VisibleStatistics {
  checkpoints: VisibleCheckpoints | undefined;
  rollbacks: VisibleRows | undefined;
}

/** A thing of the inventory or the journal, as far as the policies know it. */
export type Thing = Pick<Act, 'kind' | 'infra' | 'name' | 'provider'>;

interface StoredScope {
  id: string;
  scope: Scope;
}

export interface ScopeSource {
  all(): Promise<StoredScope[]>;
}

const THINGS = ['servers', 'taskservs', 'clusters', 'commands'] as const;

/** How many scopes are decided before other requests get their turn. */
const AT_ONCE = 200;

/** Decides what lists, counts and surveys may contain. Undefined stands for everything, which costs nothing to find out. */
export class Visibility {
  constructor(
    private readonly scopes: ScopeSource,
    /** Lets other requests go on. */
    private readonly pause: () => Promise<void>,
  ) {}

  async tasks(viewer: Viewer): Promise<VisibleTasks | undefined> {
    if (viewer.readsAll(['tasks', 'batches', ...THINGS])) return undefined;
    const all = await this.scopes.all();
    const batches = all.filter(({ scope }) => scope.batch !== null);
    return {
      scopes: await this.#idsOf(all, ({ id, scope }) =>
        viewer.mayRead(lazyReadable(`tasks ${id}`, () => readQuestions(['tasks:*'], scope))),
      ),
      deniedIds: viewer.deniedIds('tasks'),
      deniedBatches: {
        scopes: await this.#idsOf(batches, ({ id, scope }) => !viewer.mayRead(notDenied(id, scope))),
        deniedIds: viewer.deniedIds('batches'),
      },
    };
  }

  async batches(viewer: Viewer): Promise<VisibleRows | undefined> {
    if (viewer.readsAll(['batches', ...THINGS])) return undefined;
    const batches = (await this.scopes.all()).filter(({ scope }) => scope.batch !== null);
    return {
      scopes: await this.#idsOf(batches, ({ id, scope }) =>
        viewer.mayRead(lazyReadable(`batches ${id}`, () => readQuestions([`batches:${scope.batch}`], scope))),
      ),
      deniedIds: viewer.deniedIds('batches'),
    };
  }

  /** Rollbacks and restores: batches without a name. */
  async rollbacks(viewer: Viewer): Promise<VisibleRows | undefined> {
    if (viewer.readsAll(['rollbacks', ...THINGS])) return undefined;
    const scopes = await this.#idsOf(await this.scopes.all(), ({ id, scope }) =>
      viewer.mayRead(lazyReadable(`rollbacks ${id}`, () => readQuestions(['rollbacks:*'], scope))),
    );
    return { scopes, deniedIds: [] };
  }

  /** @param known asked for the infras of all checkpoints */
  async checkpoints(viewer: Viewer, known: () => Promise<string[]>): Promise<VisibleCheckpoints | undefined> {
    if (viewer.readsAll(['checkpoints', ...THINGS])) return undefined;
    return { infras: this.infras(viewer, await known()), deniedIds: viewer.deniedIds('checkpoints') };
  }

  /** Those of some things that may be read. */
  things<T extends Thing>(viewer: Viewer, things: readonly T[]): T[] {
    if (this.everything(viewer)) return [...things];
    return things.filter((thing) =>
      viewer.mayRead(lazyReadable(`thing ${actKey(thing)}`, () => thingQuestions(thing))),
    );
  }

  /** Whether all things of every kind may be read. */
  everything(viewer: Viewer): boolean {
    return viewer.readsAll(THINGS);
  }

  /** Those of some infras that may be read. */
  infras(viewer: Viewer, infras: readonly string[]): string[] {
    return this.things(viewer, infras.map(anyServer)).map(({ infra }) => infra);
  }

  async #idsOf(all: readonly StoredScope[], chosen: (scope: StoredScope) => boolean): Promise<string[]> {
    const ids: string[] = [];
    const decide = (scope: StoredScope) => {
      if (chosen(scope)) ids.push(scope.id);
    };
    await forEachPausing(all, this.pause, decide, AT_ONCE);
    return ids;
  }
}

/** Whether no rule denies a batch as such. */
function notDenied(id: string, scope: Scope): Readable {
  return lazyReadable(`denied ${id}`, () =>
    unlessDenied(carrierQuestions('read', [`batches:${scope.batch}`], scope)),
  );
}
