import type { DriverSet } from '../drivers/driver-set.js';
import { planWanted, type Plan } from '../plan/index.js';
import type { Operation } from './operation.js';
import { planServers } from './plan-servers.js';
import { planTaskservs, type Missing } from './plan-taskservs.js';

/** What makes things as the operation wants them. @throws DriverError where that cannot be planned at all */
export async function planOperation(
  operation: Operation,
  infra: string,
  drivers: DriverSet,
): Promise<Plan | Missing> {
  const provider = drivers.provider(operation.provider);
  // Refused here, before anything is looked at.
  drivers.for(provider);
  switch (operation.type) {
    case 'server_batch':
      return planServers(operation, provider, infra, drivers);
    case 'taskserv_batch':
      return planTaskservs(operation, provider, infra, drivers);
    case 'cluster_batch':
      return planCluster(operation.cluster_type, provider, infra, drivers);
  }
}

async function planCluster(
  name: string,
  provider: ReturnType<DriverSet['provider']>,
  infra: string,
  drivers: DriverSet,
): Promise<Plan> {
  const existing = await drivers.find(infra, 'cluster', name);
  if (existing) return planWanted('cluster', infra, [{ ...existing, provider }], [existing]);
  const servers = (await drivers.list(infra))
    .filter((server) => server.provider === provider)
    .map((server) => server.name);
  return planWanted(
    'cluster',
    infra,
    [{ infra, name, provider, version: null, servers, attributes: {} }],
    [],
  );
}
