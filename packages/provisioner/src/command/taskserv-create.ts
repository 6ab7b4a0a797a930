import { DriverError } from '../drivers/index.js';
import { existingServers, planTaskservsOn } from '../operations/taskservs-on.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning taskserv create`: on the servers that the settings list for it, otherwise on all servers. */
export async function createTaskserv(name: string, options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, nickelProgram, signal } = session;
  const { infra, workspace, settings: file } = options;
  const settings = await readSettings({ workspace, infra, file, nickelProgram, signal });
  const entry = settings.taskservs.find((taskserv) => taskserv.name === name);
  const purpose = `task service ${name} is to run there`;
  const servers = entry?.servers
    ? await existingServers(entry.servers, infra, drivers, purpose)
    : await drivers.list(infra);
  if (servers.length === 0) {
    throw new DriverError(
      `Task service ${name} cannot be installed: ${infra} has no servers. ` +
        'Create them with "provisioning servers create" first.',
      { permanent: true },
    );
  }
  drivers.notices(servers.map(({ provider }) => provider)).forEach((notice) => output.notice(notice));
  const plan = await planTaskservsOn(servers, [{ name, version: entry?.version }], infra, drivers);
  // A task service is complete when it has been installed: there is nothing to wait for.
  await carryOut(plan, options.check, session);
}
