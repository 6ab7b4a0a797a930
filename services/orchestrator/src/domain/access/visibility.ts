import { actKey, type Act } from './act.js';
import { carrierQuestions, readQuestions, thingQuestions, type Scope } from './scope.js';
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

export interface ScopeSource {
  all(): Promise<{ id: string; scope: Scope }[]>;
}

const THINGS = ['servers', 'taskservs', 'clusters', 'commands'] as const;

/** Decides what lists, counts and surveys may contain. Undefined stands for everything, which costs nothing to find out. */
export class Visibility {
  constructor(private readonly scopes: ScopeSource) {}

  async tasks(viewer: Viewer): Promise<VisibleTasks | undefined> {
    const { audience } = viewer;
    if (audience.readsAll(['tasks', 'batches', ...THINGS])) return undefined;
    const all = await this.scopes.all();
    return {
      scopes: readable(viewer, all, 'tasks:*'),
      deniedIds: audience.deniedIds('tasks'),
      deniedBatches: {
        scopes: all
          .filter(({ id, scope }) => scope.batch !== null && this.#denied(viewer, id, scope))
          .map(({ id }) => id),
        deniedIds: audience.deniedIds('batches'),
      },
    };
  }

  async batches(viewer: Viewer): Promise<VisibleRows | undefined> {
    const { audience } = viewer;
    if (audience.readsAll(['batches', ...THINGS])) return undefined;
    const all = (await this.scopes.all()).filter(({ scope }) => scope.batch !== null);
    return {
      scopes: all
        .filter(({ id, scope }) =>
          viewer.mayRead({
            key: `batches ${id}`,
            questions: readQuestions([`batches:${scope.batch}`], scope),
          }),
        )
        .map(({ id }) => id),
      deniedIds: audience.deniedIds('batches'),
    };
  }

  /** Rollbacks and restores: batches without a name. */
  async rollbacks(viewer: Viewer): Promise<VisibleRows | undefined> {
    if (viewer.audience.readsAll(['rollbacks', ...THINGS])) return undefined;
    return { scopes: readable(viewer, await this.scopes.all(), 'rollbacks:*'), deniedIds: [] };
  }

  /** @param known asked for the infras of all checkpoints */
  async checkpoints(viewer: Viewer, known: () => Promise<string[]>): Promise<VisibleCheckpoints | undefined> {
    const { audience } = viewer;
    if (audience.readsAll(['checkpoints', ...THINGS])) return undefined;
    return { infras: this.infras(viewer, await known()), deniedIds: audience.deniedIds('checkpoints') };
  }

  /** Those of some things that may be read. */
  things<T extends Thing>(viewer: Viewer, things: readonly T[]): T[] {
    if (viewer.audience.readsAll(THINGS)) return [...things];
    return things.filter((thing) =>
      viewer.mayRead({ key: `thing ${actKey(thing)}`, questions: thingQuestions(thing) }),
    );
  }

  /** Whether all things of every kind may be read. */
  everything(viewer: Viewer): boolean {
    return viewer.audience.readsAll(THINGS);
  }

  /** Those of some infras that may be read. */
  infras(viewer: Viewer, infras: readonly string[]): string[] {
    const servers = infras.map((infra) => ({ kind: 'server', infra, name: null, provider: null }) as const);
    return this.things(viewer, servers).map(({ infra }) => infra);
  }

  #denied(viewer: Viewer, id: string, scope: Scope): boolean {
    const questions = carrierQuestions('read', [`batches:${scope.batch}`], scope).map((question) => ({
      ...question,
      mode: 'not_denied' as const,
    }));
    return !viewer.mayRead({ key: `denied ${id}`, questions });
  }
}

function readable(
  viewer: Viewer,
  scopes: readonly { id: string; scope: Scope }[],
  carrier: string,
): string[] {
  return scopes
    .filter(({ id, scope }) =>
      viewer.mayRead({ key: `${carrier} ${id}`, questions: readQuestions([carrier], scope) }),
    )
    .map(({ id }) => id);
}
