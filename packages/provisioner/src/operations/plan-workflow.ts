import { DriverError } from '../drivers/driver.js';
import type { Look } from '../drivers/driver-set.js';
import { fullName } from '../drivers/resource.js';
import { planCreate, planDelete, planWanted, type Plan } from '../plan/index.js';
import type { Settings } from '../settings/index.js';
import type { PlannedOperation } from './plan-operation.js';
import type { PlanningDrivers } from './planning-drivers.js';
import { existingServers, planTaskservsOn } from './taskservs-on.js';

/** What the provisioning command does with the things of a settings file. */
export type Workflow =
  | { kind: 'servers'; operation: 'create' | 'delete' }
  | { kind: 'taskserv' | 'cluster'; operation: 'create' | 'delete'; name: string };

/** Plans a workflow. @throws DriverError if that is not possible at all */
export function planWorkflow(
  workflow: Workflow,
  settings: Settings,
  drivers: PlanningDrivers,
): Promise<PlannedOperation> {
  const { kind, operation } = workflow;
  switch (kind) {
    case 'servers':
      return operation === 'create' ? createServers(settings, drivers) : deleteServers(settings, drivers);
    case 'taskserv':
      return operation === 'create'
        ? createTaskserv(workflow.name, settings, drivers)
        : deleteTaskserv(workflow.name, settings, drivers);
    case 'cluster':
      return operation === 'create'
        ? createCluster(workflow.name, settings, drivers)
        : deleteCluster(workflow.name, settings, drivers);
  }
}

async function createServers(
  { infra, servers }: Settings,
  drivers: PlanningDrivers,
): Promise<PlannedOperation> {
  const names = servers.map(({ name }) => name);
  const { found, silent } = await drivers.sight(infra, 'server');
  const absent = names.filter((name) => !found.some((server) => server.name === name));
  // If a host does not answer, a server that was not found is looked up by name.
  const { unknown } = silent.length > 0 ? await drivers.look(infra, 'server', absent) : { unknown: [] };
  return noted(planCreate(infra, servers, found, unknown), servers, drivers);
}

/** Only the servers of the settings. */
async function deleteServers(
  { infra, servers }: Settings,
  drivers: PlanningDrivers,
): Promise<PlannedOperation> {
  const names = servers.map(({ name }) => name);
  const { found, unknown } = await drivers.look(infra, 'server', names);
  return noted(planDelete(infra, names, found, 'server', unknown), servers, drivers);
}

/** On the servers that the settings list for it, otherwise on all servers. */
async function createTaskserv(
  name: string,
  { infra, taskservs }: Settings,
  drivers: PlanningDrivers,
): Promise<PlannedOperation> {
  const entry = taskservs.find((taskserv) => taskserv.name === name);
  const servers = entry?.servers
    ? await existingServers(entry.servers, infra, drivers, `task service ${name} is to run there`)
    : await drivers.list(infra);
  if (servers.length === 0) {
    throw new DriverError(
      `Task service ${name} cannot be installed: ${infra} has no servers. ` +
        'Create them with "provisioning servers create" first.',
      { permanent: true },
    );
  }
  const plan = await planTaskservsOn(servers, [{ name, version: entry?.version }], infra, drivers);
  return noted(plan, servers, drivers);
}

/** From the servers that the settings list for it, otherwise from all servers. */
async function deleteTaskserv(
  name: string,
  { infra, taskservs }: Settings,
  drivers: PlanningDrivers,
): Promise<PlannedOperation> {
  const servers = taskservs.find((taskserv) => taskserv.name === name)?.servers;
  const { found, unknown } = servers
    ? await drivers.look(
        infra,
        'taskserv',
        [...new Set(servers)].map((server) => `${server}/${name}`),
      )
    : await everywhere(name, infra, drivers);
  const names = servers ? servers.map((server) => `${server}/${name}`) : found.map(fullName);
  const asked = new Set([...names, ...unknown.map((one) => one.name)]);
  const plan = planDelete(infra, asked.size > 0 ? [...asked] : [name], found, 'taskserv', unknown);
  return noted(plan, found, drivers);
}

/** The installed task services, and as unknown the one of each server that does not answer. */
async function everywhere(name: string, infra: string, drivers: PlanningDrivers): Promise<Look<'taskserv'>> {
  const { found, silent } = await drivers.sight(infra, 'taskserv');
  return {
    found: found.filter((taskserv) => taskserv.name === name),
    unknown: silent.map(({ server, reason }) => ({ name: `${server}/${name}`, reason, permanent: false })),
  };
}

/** On the servers that the settings list for it, otherwise on all servers. */
async function createCluster(
  name: string,
  { infra, provider, clusters }: Settings,
  drivers: PlanningDrivers,
): Promise<PlannedOperation> {
  const entry = clusters.find((cluster) => cluster.name === name);
  const servers = entry?.servers
    ? await existingServers(entry.servers, infra, drivers, `cluster ${name} is to span them`)
    : await drivers.list(infra);
  const found = await drivers.find(infra, 'cluster', name);
  const desired = {
    infra,
    name,
    provider,
    version: entry?.version ?? found?.version ?? null,
    servers: servers.map((server) => server.name),
    attributes: found?.attributes ?? {},
  };
  return noted(planWanted('cluster', infra, [desired], found ? [found] : []), [desired], drivers);
}

/** Its servers are kept. */
async function deleteCluster(
  name: string,
  { infra }: Settings,
  drivers: PlanningDrivers,
): Promise<PlannedOperation> {
  const found = await drivers.find(infra, 'cluster', name);
  const existing = found ? [found] : [];
  return noted(planDelete(infra, [name], existing, 'cluster'), existing, drivers);
}

function noted(
  plan: Plan,
  at: readonly { provider: Parameters<PlanningDrivers['for']>[0] }[],
  drivers: PlanningDrivers,
): PlannedOperation {
  return { plan, notes: drivers.notices(at.map(({ provider }) => provider)) };
}
