import { DriverError } from '../drivers/driver.js';
import { fullName, type DesiredTaskserv, type Server } from '../drivers/resource.js';
import { planWanted, type Plan } from '../plan/index.js';
import type { PlanningDrivers } from './planning-drivers.js';

/** A wanted task service. Without a version, an installed one stays. */
export interface WantedTaskserv {
  name: string;
  version?: string | undefined;
}

/** The named servers that exist, and the names of those that do not. */
export async function findServers(
  names: readonly string[],
  infra: string,
  drivers: PlanningDrivers,
): Promise<{ servers: Server[]; absent: string[] }> {
  const { found, unknown } = await drivers.look(infra, 'server', names);
  const [silence] = unknown;
  if (silence) throw new DriverError(silence.reason, { permanent: silence.permanent });
  const there = new Set(found.map(({ name }) => name));
  return { servers: found, absent: names.filter((name) => !there.has(name)) };
}

/** Why nothing can be installed on servers that do not exist, and what to do. */
export function absentServers(absent: readonly string[], infra: string, purpose: string): string {
  const [servers, do_, them] = absent.length === 1 ? ['Server', 'does', 'it'] : ['Servers', 'do', 'them'];
  return (
    `${servers} ${absent.join(', ')} ${do_} not exist in ${infra}, and ${purpose}. ` +
    `Create ${them} first, or name others.`
  );
}

/** Each task service on all servers before the next one, because later ones depend on earlier ones. */
export async function planTaskservsOn(
  servers: readonly Server[],
  taskservs: readonly WantedTaskserv[],
  infra: string,
  drivers: PlanningDrivers,
): Promise<Plan<'taskserv'>> {
  const ordered = await inOrder(taskservs, drivers);
  const names = ordered.flatMap(({ name }) => servers.map((server) => `${server.name}/${name}`));
  const { found, unknown } = await drivers.look(infra, 'taskserv', names);
  const byName = new Map(found.map((taskserv) => [fullName(taskserv), taskserv]));
  const desired = ordered.flatMap(({ name, version }) =>
    servers.map(({ name: server, provider }): DesiredTaskserv => {
      const existing = byName.get(`${server}/${name}`);
      return {
        infra,
        server,
        name,
        provider,
        version: version ?? existing?.version ?? null,
        attributes: existing?.attributes ?? {},
      };
    }),
  );
  return planWanted('taskserv', infra, desired, found, unknown);
}

/**
 * Task services with their requirements before them, as their definitions state. Those without a definition come last,
 * in the given order, for drivers that install nothing.
 */
async function inOrder(
  taskservs: readonly WantedTaskserv[],
  { definitions }: PlanningDrivers,
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
  drivers: PlanningDrivers,
  purpose: string,
): Promise<Server[]> {
  const { servers, absent } = await findServers(names, infra, drivers);
  if (absent.length > 0) {
    throw new DriverError(absentServers(absent, infra, purpose), { permanent: true });
  }
  return servers;
}
