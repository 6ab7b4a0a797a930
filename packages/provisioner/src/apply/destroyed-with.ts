import { DriverError, type Driver } from '../drivers/driver.js';
import type { Existing, Kind } from '../drivers/resource.js';

/** What is destroyed with a thing, in this order: the task services on a server, then the thing itself. */
export async function destroyedWith<K extends Kind>(
  kind: K,
  existing: Existing[K],
  driver: Driver,
): Promise<{ kind: Kind; existing: Existing[Kind] }[]> {
  const itself = { kind, existing };
  if (kind !== 'server') return [itself];
  try {
    const along = await driver.resources.taskserv.list(existing.infra, existing.name);
    return [...along.map((taskserv) => ({ kind: 'taskserv' as const, existing: taskserv })), itself];
  } catch (error) {
    // A server that does not answer is destroyed all the same.
    if (error instanceof DriverError) return [itself];
    throw error;
  }
}
