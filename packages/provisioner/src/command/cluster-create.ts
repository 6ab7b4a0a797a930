import { existingServers } from '../operations/taskservs-on.js';
import { planWanted } from '../plan/index.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning cluster create`: on the servers that the settings list for it, otherwise on all servers. */
export async function createCluster(name: string, options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, nickelProgram, signal } = session;
  const { infra, workspace, settings: file } = options;
  const settings = await readSettings({ workspace, infra, file, nickelProgram, signal });
  const { provider } = settings;
  const entry = settings.clusters.find((cluster) => cluster.name === name);
  const servers = entry?.servers
    ? await existingServers(entry.servers, infra, drivers, `cluster ${name} is to span them`)
    : await drivers.list(infra);
  drivers.notices([provider]).forEach((notice) => output.notice(notice));
  const found = await drivers.find(infra, 'cluster', name);
  const desired = {
    infra,
    name,
    provider,
    version: entry?.version ?? found?.version ?? null,
    servers: servers.map((server) => server.name),
    attributes: found?.attributes ?? {},
  };
  // A cluster is complete when it has been made: there is nothing to wait for.
  await carryOut(planWanted('cluster', infra, [desired], found ? [found] : []), options.check, session);
}
