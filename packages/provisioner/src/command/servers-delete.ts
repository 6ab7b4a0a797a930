import { planDelete } from '../plan/index.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning servers delete`: deletes only the servers in the settings. */
export async function deleteServers(options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, nickelProgram, signal } = session;
  const { infra, workspace, settings: file } = options;
  const settings = await readSettings({ workspace, infra, file, nickelProgram, signal });
  drivers
    .notices(settings.servers.map(({ provider }) => provider))
    .forEach((notice) => output.notice(notice));
  const names = settings.servers.map(({ name }) => name);
  // A destroyed server is gone at once: there is nothing to wait for.
  const { found, unknown } = await drivers.look(infra, 'server', names);
  await carryOut(planDelete(infra, names, found, 'server', unknown), options.check, session);
}
