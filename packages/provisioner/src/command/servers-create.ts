import { waitUntilRunning } from '../apply/index.js';
import { planCreate } from '../plan/index.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning servers create` */
export async function createServers(options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, nickelProgram, signal } = session;
  const { infra, workspace, settings: file } = options;
  const settings = await readSettings({ workspace, infra, file, nickelProgram, signal });
  drivers
    .notices(settings.servers.map(({ provider }) => provider))
    .forEach((notice) => output.notice(notice));
  const names = settings.servers.map(({ name }) => name);
  const { found, silent } = await drivers.sight(infra, 'server');
  const absent = names.filter((name) => !found.some((server) => server.name === name));
  // If a host does not answer, a server that was not found is looked up by name.
  const { unknown } = silent.length > 0 ? await drivers.look(infra, 'server', absent) : { unknown: [] };
  const plan = planCreate(infra, settings.servers, found, unknown);
  await carryOut(plan, options.check, session, async () => {
    if (!options.wait) return;
    const { found: servers } = await drivers.look(infra, 'server', names);
    await waitUntilRunning(servers, (server) => drivers.of(server), signal);
  });
}
