import type { ResourceKey } from '../rollback/resource-key.js';
import { thingOf } from './act.js';
import type { Thing } from './visibility.js';

/** Selects the things that a user may read. */
export type Readable = (things: readonly Thing[]) => Thing[];

/** Filters resources, or changes of resources, to those that a user may read. */
export function onlyReadable<T extends ResourceKey & { provider?: string }>(
  resources: readonly T[],
  readable: Readable,
): T[] {
  const things = resources.map(({ infra, kind, name, provider = null }) => ({
    ...thingOf(kind, name),
    infra,
    provider,
  }));
  const allowed = new Set(readable(things));
  return resources.filter((_resource, index) => allowed.has(things[index]!));
}
