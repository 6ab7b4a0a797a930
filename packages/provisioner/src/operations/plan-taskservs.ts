import { DriverError } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import type { Provider } from '../drivers/providers.js';
import type { Plan } from '../plan/index.js';
import type { TaskservOperation } from './operation.js';
import { absentServers, findServers, planTaskservsOn } from './taskservs-on.js';

/** What has to be there before anything can be planned. */
export interface Missing {
  missing: string[];
  /** What is wrong and what to do, in a sentence. */
  message: string;
}

export async function planTaskservs(
  { taskservs, servers: names }: TaskservOperation,
  provider: Provider,
  infra: string,
  drivers: DriverSet,
): Promise<Plan | Missing> {
  const wanted = [...new Set(taskservs)].map((name) => ({ name }));
  const purpose = `the task services ${taskservs.join(', ')} are to run there`;
  if (!names) {
    const servers = (await drivers.list(infra)).filter((server) => server.provider === provider);
    if (servers.length > 0) return planTaskservsOn(servers, wanted, infra, drivers);
    return {
      missing: [`a server of provider ${provider}`],
      message:
        `Provider ${provider} has no servers in ${infra}, and ${purpose}. ` +
        'Create servers first, e.g. by an operation that this one depends on.',
    };
  }
  const { servers, absent } = await findServers([...new Set(names)], infra, drivers);
  if (absent.length > 0) {
    return {
      missing: absent.map((server) => `server ${server}`),
      message: absentServers(absent, infra, purpose),
    };
  }
  const foreign = servers.find((server) => server.provider !== provider);
  if (foreign) {
    throw new DriverError(
      `Server ${foreign.name} is one of provider ${foreign.provider}, but the operation is for ${provider}. ` +
        'Make it an operation for that provider, or leave the server out. Nothing was changed.',
      { permanent: true },
    );
  }
  return planTaskservsOn(servers, wanted, infra, drivers);
}
