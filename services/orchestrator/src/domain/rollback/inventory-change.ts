import type { Body } from './resource-body.js';
import type { CheckpointItem } from './rollback.js';

/** A difference between two states of the inventory. */
export interface InventoryChange extends Pick<CheckpointItem, 'infra' | 'kind' | 'name' | 'provider'> {
  change: 'create' | 'change' | 'destroy';
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Returns what was created, changed and destroyed between two states, in the order of infra, kind and name. */
export function changesBetween(
  before: readonly CheckpointItem[],
  after: readonly CheckpointItem[],
): InventoryChange[] {
  const [old, now] = [byKey(before), byKey(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return keys.flatMap((key): InventoryChange[] => {
    const [was, is] = [old.get(key), now.get(key)];
    if (was && is && isSame(was.body, is.body)) return [];
    const { infra, kind, name, provider } = (is ?? was)!;
    const change = !was ? 'create' : !is ? 'destroy' : 'change';
    return [{ change, infra, kind, name, provider, before: was?.body ?? null, after: is?.body ?? null }];
  });
}

/** Postgres returns the members of a body in one order. */
function isSame(one: Body, other: Body): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function byKey(items: readonly CheckpointItem[]): Map<string, CheckpointItem> {
  return new Map(items.map((item) => [JSON.stringify([item.infra, item.kind, item.name]), item]));
}
