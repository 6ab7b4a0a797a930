import type { DriverSet } from '../drivers/driver-set.js';
import type { Provider } from '../drivers/providers.js';
import type { DesiredTaskserv, Taskserv } from '../drivers/resource.js';
import { planWanted, type Plan } from '../plan/index.js';
import type { TaskservOperation } from './operation.js';

/** What has to be there before anything can be planned. */
export interface Missing {
  missing: string[];
  /** What is wrong and what to do, in a sentence. */
  message: string;
}

/** Each task service on all servers before the next one: those that come first are what later ones stand on. */
export async function planTaskservs(
  { taskservs, servers, provider: named }: TaskservOperation,
  provider: Provider,
  infra: string,
  drivers: DriverSet,
): Promise<Plan | Missing> {
  const targets = servers ?? (await serversOf(provider, infra, drivers));
  const absent = servers ? await missingOf(servers, infra, drivers) : [];
  if (absent.length > 0) {
    const subject = absent.length === 1 ? 'does' : 'do';
    return {
      missing: absent.map((server) => `server ${server}`),
      message:
        `${absent.join(', ')} ${subject} not exist in ${infra}, and the task services ${taskservs.join(', ')} ` +
        'are to run there. Create the servers first, or name others in "servers".',
    };
  }
  if (targets.length === 0) {
    return {
      missing: [`a server of provider ${named}`],
      message:
        `Provider ${named} has no servers in ${infra} that the task services ${taskservs.join(', ')} could run on. ` +
        'Create servers first, e.g. by an operation that this one depends on.',
    };
  }
  const desired: DesiredTaskserv[] = [];
  const existing: Taskserv[] = [];
  for (const name of taskservs) {
    for (const server of targets) {
      const found = await drivers.find(infra, 'taskserv', `${server}/${name}`);
      if (found) existing.push(found);
      const { version, attributes } = found ?? { version: null, attributes: {} };
      desired.push({ infra, server, name, provider, version, attributes });
    }
  }
  return planWanted('taskserv', infra, desired, existing);
}

async function serversOf(provider: Provider, infra: string, drivers: DriverSet): Promise<string[]> {
  const servers = await drivers.list(infra);
  return servers.filter((server) => server.provider === provider).map(({ name }) => name);
}

async function missingOf(servers: readonly string[], infra: string, drivers: DriverSet): Promise<string[]> {
  const found = await Promise.all(servers.map((server) => drivers.find(infra, 'server', server)));
  return servers.filter((_, index) => found[index] === null);
}
