import { listed } from '../apply/index.js';
import type { Provider } from '../drivers/providers.js';
import type { Plan } from '../plan/index.js';
import type { TaskservOperation } from './operation.js';
import { absentServers, findServers, planTaskservsOn } from './taskservs-on.js';
import type { PlanningDrivers } from './planning-drivers.js';

/** Something that must exist before a plan is possible. */
export interface Missing {
  missing: string[];
  /** What is wrong and what to do, in a sentence. */
  message: string;
}

/**
 * Plans task services on the servers that the operation names, at any provider. Without names: on all servers of the
 * operation's own provider.
 */
export async function planTaskservs(
  { taskservs, servers: names }: TaskservOperation,
  provider: Provider,
  infra: string,
  drivers: PlanningDrivers,
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
  return planTaskservsOn(servers, wanted, infra, drivers);
}

/** A sentence for each further provider at which task services are planned: on which servers, and why. */
export function otherProviders({ entries }: Plan, provider: Provider): string[] {
  const servers = new Map<Provider, Set<string>>();
  for (const { after } of entries)
    if (after && 'server' in after && after.provider !== provider)
      servers.set(after.provider, (servers.get(after.provider) ?? new Set()).add(after.server));
  return [...servers].map(
    ([other, names]) =>
      `The operation is for provider ${provider}, but these servers are at ${other}: ${listed([...names])}. ` +
      'They are used, because the operation names them or depends on the operations that make them.',
  );
}
