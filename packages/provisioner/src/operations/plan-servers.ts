import { DriverError } from '../drivers/driver.js';
import type { Provider } from '../drivers/providers.js';
import type { Server } from '../drivers/resource.js';
import { planWanted, type Plan } from '../plan/index.js';
import type { DesiredServer } from '../settings/settings.js';
import type { ServerConfig, ServerOperation } from './operation.js';
import type { PlanningDrivers } from './planning-drivers.js';

/** Reads only the named servers: an infra may have thousands. */
export async function planServers(
  { server_configs: configs }: ServerOperation,
  provider: Provider,
  infra: string,
  drivers: PlanningDrivers,
): Promise<Plan> {
  const names = configs.map(({ name }) => name);
  const twice = firstTwice(names);
  if (twice !== undefined)
    throw refused(`must not contain server ${twice} twice. Each server must have a unique name`);
  const { found, unknown } = await drivers.look(infra, 'server', names);
  const byName = new Map(found.map((server) => [server.name, server]));
  const elsewhere = found.find((server) => server.provider !== provider);
  if (elsewhere) {
    throw refused(
      `requests server ${elsewhere.name} at provider ${provider}, but a server of that name exists at ${elsewhere.provider}. ` +
        'Delete that server first, or use another name',
    );
  }
  const desired = configs.map((config) => wanted(config, provider, infra, byName.get(config.name) ?? null));
  return planWanted('server', infra, desired, found, unknown);
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

function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
