import { DriverError } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import type { Provider } from '../drivers/providers.js';
import type { Server } from '../drivers/resource.js';
import { planWanted, type Plan } from '../plan/index.js';
import type { DesiredServer } from '../settings/settings.js';
import type { ServerConfig, ServerOperation } from './operation.js';

/** Only the servers that are named are looked at: an infra may have thousands. */
export async function planServers(
  { server_configs: configs }: ServerOperation,
  provider: Provider,
  infra: string,
  drivers: DriverSet,
): Promise<Plan> {
  const desired: DesiredServer[] = [];
  const existing: Server[] = [];
  const names = new Set<string>();
  for (const config of configs) {
    const { name } = config;
    if (names.has(name)) {
      throw refused(`names server ${name} twice. Give each server its own name`);
    }
    names.add(name);
    const found = await drivers.find(infra, 'server', name);
    if (found) existing.push(found);
    if (found && found.provider !== provider) {
      throw refused(
        `wants server ${name} at provider ${provider}, but there is one of that name at ${found.provider}. ` +
          'Delete that one first, or give this one another name',
      );
    }
    desired.push(wanted(config, provider, infra, found));
  }
  return planWanted('server', infra, desired, existing);
}

function wanted(
  config: ServerConfig,
  provider: Provider,
  infra: string,
  found: Server | null,
): DesiredServer {
  const { name, plan, zone, image, labels } = config;
  return {
    infra,
    name,
    plan,
    zone,
    provider,
    image: image ?? found?.image ?? null,
    labels: labels ?? found?.labels ?? {},
    storage_gb: found?.storage_gb ?? null,
  };
}

function refused(why: string): DriverError {
  return new DriverError(`The operation ${why}. Nothing was changed.`, { permanent: true });
}
