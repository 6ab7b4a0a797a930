import type { InventoryStore } from '../rollback/inventory-store.js';
import type { OperationSpec } from './batch.js';
import { ancestorsAmong } from './graph.js';
import { forEachPausing, noPause } from './pause.js';

/** The servers on which the operations of a batch install task services. */
export interface Placement {
  /** The operations that create the servers of an operation without `servers`. */
  makersOf: ReturnType<typeof makersBelow>;
  /** The providers of an operation's servers, except its own provider. */
  elsewhere(spec: OperationSpec): readonly string[];
}

/**
 * Finds the servers, and so the providers, of all task services of a batch: policies are asked about each provider. The
 * servers are those that the batch creates and those of the inventory.
 */
export async function findPlacement(
  specs: readonly OperationSpec[],
  inventory: Pick<InventoryStore, 'providersOf'>,
  pause = noPause,
): Promise<Placement> {
  const makersOf = makersBelow(specs);
  await pause();
  const made = new Map<string, Set<string>>();
  const named = new Map<string, Set<string>>();
  await forEachPausing(specs, pause, ({ type, infra, provider, server_configs: configs, servers }) => {
    if (type === 'server_batch' && provider !== undefined)
      for (const { name } of configs ?? []) add(made, keyOf(infra, name), provider);
    if (type === 'taskserv_batch') for (const name of servers ?? []) add(named, infra, name);
  });
  for (const [infra, names] of named)
    for (const { name, provider } of await inventory.providersOf(infra, [...names]))
      add(made, keyOf(infra, name), provider);
  const elsewhere = (spec: OperationSpec) => {
    if (spec.type !== 'taskserv_batch') return [];
    const below = makersOf(spec).flatMap(({ provider }) => provider ?? []);
    const atNamed = (spec.servers ?? []).flatMap((name) => [...(made.get(keyOf(spec.infra, name)) ?? [])]);
    return [...new Set([...below, ...atNamed])];
  };
  return { makersOf, elsewhere };
}

/** Finds the operations that create the servers of a `taskserv_batch` without `servers`: those that it depends on. */
export function makersBelow(specs: readonly OperationSpec[]): (spec: OperationSpec) => OperationSpec[] {
  const asks = ({ type, servers }: OperationSpec) => type === 'taskserv_batch' && servers === undefined;
  if (!specs.some(asks)) return () => [];
  const makers = new Map(specs.filter(({ type }) => type === 'server_batch').map((spec) => [spec.id, spec]));
  const below = ancestorsAmong([...makers.keys()], specs);
  return (spec) =>
    asks(spec)
      ? below(spec.id)
          .map((id) => makers.get(id)!)
          .filter(({ infra }) => infra === spec.infra)
      : [];
}

function keyOf(infra: string, name: string): string {
  return JSON.stringify([infra, name]);
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}
