import { waitUntilRunning } from '../apply/index.js';
import { planCreate } from '../plan/index.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning servers create` */
export async function createServers(options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, signal } = session;
  const { infra, workspace, settings: file } = options;
  const settings = await readSettings({ workspace, infra, file, signal });
  drivers
    .notices(settings.servers.map(({ provider }) => provider))
    .forEach((notice) => output.notice(notice));
  const plan = planCreate(infra, settings.servers, await drivers.list(infra));
  await carryOut(plan, options.check, session, async () => {
    if (!options.wait) return;
    const wanted = new Set(settings.servers.map(({ name }) => name));
    const servers = (await drivers.list(infra)).filter(({ name }) => wanted.has(name));
    await waitUntilRunning(servers, (server) => drivers.of(server), signal);
  });
}
