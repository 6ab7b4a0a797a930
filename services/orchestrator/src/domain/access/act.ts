import type { Action } from '@provisioning/policy';

type ThingKind = 'server' | 'taskserv' | 'cluster' | 'command';

/** An action on an object, as policies name it. */
export interface Act {
  action: Extract<Action, 'create' | 'update' | 'delete' | 'execute'>;
  kind: ThingKind;
  infra: string;
  /** The name of a task service, the type of a cluster, the program of a command; null for servers. */
  name: string | null;
  /** Null where it becomes known only when the work runs. */
  provider: string | null;
}

/** The name of the object in policies: `servers:<infra>`, `taskservs:<infra>/<name>`, `clusters:<infra>/<type>` or `commands:<infra>/<program>`. */
export function resourceOf({ kind, infra, name }: Pick<Act, 'kind' | 'infra' | 'name'>): string {
  return kind === 'server' ? `servers:${infra}` : `${kind}s:${infra}/${name ?? '*'}`;
}

/** Returns the object of a resource of the inventory. The inventory names task services `<server>/<name>`. */
export function thingOf(kind: string, name: string): Pick<Act, 'kind' | 'name'> {
  if (kind === 'taskserv') return { kind, name: name.slice(name.lastIndexOf('/') + 1) };
  if (kind === 'cluster') return { kind, name };
  return { kind: 'server', name: null };
}

/** The act of work of which only the infra is known. */
export function anyServer(infra: string): Act {
  return { action: 'create', kind: 'server', infra, name: null, provider: null };
}

/** A text that is equal for equal objects. */
export function actKey({ kind, infra, name, provider }: Omit<Act, 'action'>): string {
  return JSON.stringify([kind, infra, name, provider]);
}

/** Collects acts and removes duplicates. */
export class DistinctActs {
  readonly #acts = new Map<string, Act>();

  add(acts: readonly Act[]): void {
    for (const act of acts) this.#acts.set(`${act.action} ${actKey(act)}`, act);
  }

  all(): Act[] {
    return [...this.#acts.values()];
  }
}

/** Returns the acts without duplicates. */
export function distinctActs(acts: readonly Act[]): Act[] {
  const distinct = new DistinctActs();
  distinct.add(acts);
  return distinct.all();
}
