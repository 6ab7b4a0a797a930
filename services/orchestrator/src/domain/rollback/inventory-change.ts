import type { PlannedChange } from '../task/task.js';
import type { Body } from './resource-body.js';
import { keyOf } from './resource-key.js';
import type { CheckpointItem } from './rollback.js';

/** A difference between two states of the inventory. */
export interface InventoryChange extends PlannedChange {
  provider: string;
}

/**
 * Returns what was created, changed and destroyed between two states, in the order of infra, kind and name. A resource that
 * was created again at another provider was destroyed and created.
 */
export function changesBetween(
  before: readonly CheckpointItem[],
  after: readonly CheckpointItem[],
): InventoryChange[] {
  const [old, now] = [byKey(before), byKey(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return keys.flatMap((key): InventoryChange[] => {
    const [was, is] = [old.get(key), now.get(key)];
    if (was && is && was.provider === is.provider && isSame(was.body, is.body)) return [];
    if (was && is && was.provider === is.provider)
      return [{ ...placeOf(is), change: 'change', before: was.body, after: is.body }];
    return [
      ...(was ? [{ ...placeOf(was), change: 'destroy' as const, before: was.body, after: null }] : []),
      ...(is ? [{ ...placeOf(is), change: 'create' as const, before: null, after: is.body }] : []),
    ];
  });
}

/** Postgres returns the members of a body in one order. */
function isSame(one: Body, other: Body): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function placeOf({ infra, kind, name, provider }: CheckpointItem) {
  return { infra, kind, name, provider };
}

function byKey(items: readonly CheckpointItem[]): Map<string, CheckpointItem> {
  return new Map(items.map((item) => [keyOf(item), item]));
}
