import type { Action } from '@provisioning/policy';

type ThingKind = 'server' | 'taskserv' | 'cluster' | 'command';

/** Something that work does to something, as the policies know it. */
export interface Act {
  action: Extract<Action, 'create' | 'update' | 'delete' | 'execute'>;
  kind: ThingKind;
  infra: string;
  /** Of a task service, its name; of a cluster, its type; of a command, its program; null for servers. */
  name: string | null;
  /** Null where it is only known when the work runs. */
  provider: string | null;
}

/** `servers:<infra>`, `taskservs:<infra>/<name>`, `clusters:<infra>/<type>` or `commands:<infra>/<program>`. */
export function resourceOf({ kind, infra, name }: Pick<Act, 'kind' | 'infra' | 'name'>): string {
  return kind === 'server' ? `servers:${infra}` : `${kind}s:${infra}/${name ?? '*'}`;
}

/** Which thing a resource of the inventory belongs to: a task service is kept as `<server>/<name>`. */
export function thingOf(kind: string, name: string): Pick<Act, 'kind' | 'name'> {
  if (kind === 'taskserv') return { kind, name: name.slice(name.lastIndexOf('/') + 1) };
  if (kind === 'cluster') return { kind, name };
  return { kind: 'server', name: null };
}

/** The act of work of which only its infra is known. */
export function anyServer(infra: string): Act {
  return { action: 'create', kind: 'server', infra, name: null, provider: null };
}

/** The same for the same thing. */
export function actKey({ kind, infra, name, provider }: Omit<Act, 'action'>): string {
  return JSON.stringify([kind, infra, name, provider]);
}

/** Acts, each once. */
export class DistinctActs {
  readonly #acts = new Map<string, Act>();

  add(acts: readonly Act[]): void {
    for (const act of acts) this.#acts.set(`${act.action} ${actKey(act)}`, act);
  }

  all(): Act[] {
    return [...this.#acts.values()];
  }
}

export function distinctActs(acts: readonly Act[]): Act[] {
  const distinct = new DistinctActs();
  distinct.add(acts);
  return distinct.all();
}
