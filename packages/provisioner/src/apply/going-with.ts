import { DriverError, type Driver } from '../drivers/driver.js';
import type { Existing, Kind, Taskserv } from '../drivers/resource.js';

/** What is destroyed together, and what of it the driver need not ask for again. */
export interface GoingWith {
  /** In the order in which they go: task services with their server, then the thing itself. */
  all: { kind: Kind; existing: Existing[Kind] }[];
  /** See `ActContext.installed`; none where the server does not answer. */
  installed: Taskserv[];
}

/** Finds what goes when something is destroyed. A server that does not answer is destroyed without its task services. */
export async function goingWith<K extends Kind>(
  kind: K,
  existing: Existing[K],
  driver: Driver,
): Promise<GoingWith> {
  const installed = kind === 'server' ? await installedOn(existing, driver) : [];
  const along = installed.map((taskserv) => ({ kind: 'taskserv' as const, existing: taskserv }));
  return { all: [...along, { kind, existing }], installed };
}

async function installedOn({ infra, name }: Existing[Kind], driver: Driver): Promise<Taskserv[]> {
  try {
    return await driver.resources.taskserv.list(infra, name);
  } catch (error) {
    if (error instanceof DriverError) return [];
    throw error;
  }
}
