import type { InventoryStore } from '../rollback/inventory-store.js';
import type { OperationSpec } from './batch.js';
import { ancestorsAmong } from './graph.js';
import { forEachPausing, noPause } from './pause.js';

/** Where the task services of a batch's operations land. */
export interface Placement {
  makersOf: ReturnType<typeof makersBelow>;
  /** The providers of an operation's servers, beside its own. */
  elsewhere(spec: OperationSpec): readonly string[];
}

/**
 * Task services go onto servers at any provider, so that the policies are asked about each of these: of the servers that
 * the batch makes, and of those that the inventory has.
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

/** Tells of task services without servers which operations below them make servers of their infra. */
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
