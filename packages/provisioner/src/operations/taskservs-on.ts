import { DriverError } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import type { DesiredTaskserv, Server, Taskserv } from '../drivers/resource.js';
import { planWanted, type Plan } from '../plan/index.js';

/** A task service that is wanted; without a version, whichever is there stays. */
export interface WantedTaskserv {
  name: string;
  version?: string | undefined;
}

/** Those of the named servers that exist, and the names of those that do not. */
export async function findServers(
  names: readonly string[],
  infra: string,
  drivers: DriverSet,
): Promise<{ servers: Server[]; absent: string[] }> {
  const found = await Promise.all(names.map((name) => drivers.find(infra, 'server', name)));
  return {
    servers: found.filter((server) => server !== null),
    absent: names.filter((_, index) => found[index] === null),
  };
}

/** Why nothing can be put on servers that do not exist, and what to do. */
export function absentServers(absent: readonly string[], infra: string, purpose: string): string {
  const [servers, do_, them] = absent.length === 1 ? ['Server', 'does', 'it'] : ['Servers', 'do', 'them'];
  return (
    `${servers} ${absent.join(', ')} ${do_} not exist in ${infra}, and ${purpose}. ` +
    `Create ${them} first, or name others.`
  );
}

/** Each task service on all servers before the next one: those that come first are what later ones stand on. */
export async function planTaskservsOn(
  servers: readonly Server[],
  taskservs: readonly WantedTaskserv[],
  infra: string,
  drivers: DriverSet,
): Promise<Plan<'taskserv'>> {
  const desired: DesiredTaskserv[] = [];
  const existing: Taskserv[] = [];
  for (const { name, version } of await inOrder(taskservs, drivers)) {
    for (const { name: server, provider } of servers) {
      const found = await drivers.find(infra, 'taskserv', `${server}/${name}`);
      if (found) existing.push(found);
      desired.push({
        infra,
        server,
        name,
        provider,
        version: version ?? found?.version ?? null,
        attributes: found?.attributes ?? {},
      });
    }
  }
  return planWanted('taskserv', infra, desired, existing);
}

/**
 * With what they require before them, as their definitions say; those that nobody has defined, for drivers that install
 * nothing, after them as given.
 */
async function inOrder(
  taskservs: readonly WantedTaskserv[],
  { definitions }: DriverSet,
): Promise<WantedTaskserv[]> {
  const defined = new Set(await definitions.names('taskserv'));
  const named = new Map(taskservs.map((taskserv) => [taskserv.name, taskserv]));
  const order = await definitions.inOrder([...named.keys()].filter((name) => defined.has(name)));
  return [
    ...order.map(({ name }) => named.get(name) ?? { name }),
    ...taskservs.filter(({ name }) => !defined.has(name)),
  ];
}

/** @throws DriverError that says what to do */
export async function existingServers(
  names: readonly string[],
  infra: string,
  drivers: DriverSet,
  purpose: string,
): Promise<Server[]> {
  const { servers, absent } = await findServers(names, infra, drivers);
  if (absent.length > 0) {
    throw new DriverError(absentServers(absent, infra, purpose), { permanent: true });
  }
  return servers;
}
