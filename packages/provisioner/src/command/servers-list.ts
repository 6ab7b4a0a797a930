import { counted } from '../drivers/index.js';
import { checkInfra } from '../settings/index.js';
import type { CommonOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning servers list`: all servers that exist, whether the settings list them or not. */
export async function listServers(
  { infra }: CommonOptions,
  { output, drivers, reporter }: Session,
): Promise<void> {
  checkInfra(infra);
  const servers = await drivers.list(infra);
  output.servers(servers);
  const summary =
    servers.length === 0 ? `${infra} has no servers` : `${infra} has ${counted('server', servers.length)}`;
  output.summary(summary);
  reporter.report({ type: 'result', message: summary, data: { count: servers.length } });
}
