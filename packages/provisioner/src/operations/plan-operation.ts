import type { Provider } from '../drivers/providers.js';
import { planWanted, type Plan } from '../plan/index.js';
import type { Operation } from './operation.js';
import { planServers } from './plan-servers.js';
import { otherProviders, planTaskservs, type Missing } from './plan-taskservs.js';
import type { PlanningDrivers } from './planning-drivers.js';

/** A plan, and the notices that users must see before it is applied. */
export interface PlannedOperation {
  plan: Plan;
  /** Sentences: which providers fall back to the local driver, and at which further providers the plan acts. */
  notes: string[];
}

/** Plans an operation. @throws DriverError if that is not possible at all */
export async function planOperation(
  operation: Operation,
  infra: string,
  drivers: PlanningDrivers,
): Promise<PlannedOperation | Missing> {
  const provider = drivers.provider(operation.provider);
  // Refused before any provider is asked. Servers that are named are reached at the provider that has them.
  if (!('servers' in operation && operation.servers)) drivers.for(provider);
  const plan = await planOf(operation, provider, infra, drivers);
  if ('missing' in plan) return plan;
  const providers = plan.entries.flatMap(({ after }) => (after ? [after.provider] : []));
  return { plan, notes: [...otherProviders(plan, provider), ...drivers.notices(providers)] };
}

function planOf(
  operation: Operation,
  provider: Provider,
  infra: string,
  drivers: PlanningDrivers,
): Promise<Plan | Missing> {
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
  provider: Provider,
  infra: string,
  drivers: PlanningDrivers,
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
