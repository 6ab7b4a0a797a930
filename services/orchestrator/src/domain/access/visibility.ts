import { forEachPausing } from '../batch/pause.js';
import { actKey, anyServer, type Act } from './act.js';
import { lazyReadable, type Readable } from './readable.js';
import {
  carrierQuestions,
  planQuestions,
  readQuestions,
  thingQuestions,
  unlessDenied,
  type Scope,
} from './scope.js';
import type { Viewer } from './viewer.js';

/** The rows of a list that a user may read. */
export interface VisibleRows {
  /** Ids of scopes. */
  scopes: readonly string[];
  /** Ids of denied rows, or prefixes of ids ending with `*`. */
  deniedIds: readonly string[];
}

/** The tasks that a user may read. */
export interface VisibleTasks extends VisibleRows {
  /** Denied batches: their operations are denied with them. */
  deniedBatches: VisibleRows;
}

/** The checkpoints that a user may read. */
export interface VisibleCheckpoints {
  /** A checkpoint is visible if all of its infras are among these. */
  infras: readonly string[];
  deniedIds: readonly string[];
}

/** The checkpoints and rollbacks that statistics may count; undefined: all. */
export interface VisibleStatistics {
  checkpoints: VisibleCheckpoints | undefined;
  rollbacks: VisibleRows | undefined;
}

/** A resource of the inventory or the journal, as policies know it. */
export type Thing = Pick<Act, 'kind' | 'infra' | 'name' | 'provider'>;

interface StoredScope {
  id: string;
  scope: Scope;
}

/** Reads stored scopes. */
export interface ScopeSource {
  all(): Promise<StoredScope[]>;
}

const THINGS = ['servers', 'taskservs', 'clusters', 'commands'] as const;

/** Number of scopes that are decided between two pauses. */
const AT_ONCE = 200;

/** Decides what lists, counts and surveys may contain. Undefined: everything, which needs no query. */
export class Visibility {
  constructor(
    private readonly scopes: ScopeSource,
    /** Yields to other requests. */
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

  async plans(viewer: Viewer): Promise<VisibleRows | undefined> {
    if (viewer.readsAll(['plans', ...THINGS])) return undefined;
    const scopes = await this.#idsOf(await this.scopes.all(), ({ id, scope }) =>
      viewer.mayRead(lazyReadable(`plans ${id}`, () => planQuestions('read', scope))),
    );
    return { scopes, deniedIds: [] };
  }

  /** @param known returns the infras of all checkpoints */
  async checkpoints(viewer: Viewer, known: () => Promise<string[]>): Promise<VisibleCheckpoints | undefined> {
    if (viewer.readsAll(['checkpoints', ...THINGS])) return undefined;
    return { infras: this.infras(viewer, await known()), deniedIds: viewer.deniedIds('checkpoints') };
  }

  /** Filters resources to those that may be read. */
  things<T extends Thing>(viewer: Viewer, things: readonly T[]): T[] {
    if (this.everything(viewer)) return [...things];
    return things.filter((thing) =>
      viewer.mayRead(lazyReadable(`thing ${actKey(thing)}`, () => thingQuestions(thing))),
    );
  }

  /** Whether all resources of every kind may be read. */
  everything(viewer: Viewer): boolean {
    return viewer.readsAll(THINGS);
  }

  /** Filters infras to those that may be read. */
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

/** Whether no rule denies the batch by name. */
function notDenied(id: string, scope: Scope): Readable {
  return lazyReadable(`denied ${id}`, () =>
    unlessDenied(carrierQuestions('read', [`batches:${scope.batch}`], scope)),
  );
}
