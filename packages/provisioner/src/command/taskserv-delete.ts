import { fullName, type DriverSet, type Look } from '../drivers/index.js';
import { planDelete } from '../plan/index.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning taskserv delete`: from the servers that the settings list for it, otherwise from all servers. */
export async function deleteTaskserv(name: string, options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, nickelProgram, signal } = session;
  const { infra, workspace, settings: file } = options;
  const settings = await readSettings({ workspace, infra, file, nickelProgram, signal });
  const servers = settings.taskservs.find((taskserv) => taskserv.name === name)?.servers;
  const { found: existing, unknown } = servers
    ? await drivers.look(
        infra,
        'taskserv',
        [...new Set(servers)].map((server) => `${server}/${name}`),
      )
    : await everywhere(name, infra, drivers);
  drivers.notices(existing.map(({ provider }) => provider)).forEach((notice) => output.notice(notice));
  const names = servers ? servers.map((server) => `${server}/${name}`) : existing.map(fullName);
  const asked = new Set([...names, ...unknown.map((one) => one.name)]);
  const plan = planDelete(infra, asked.size > 0 ? [...asked] : [name], existing, 'taskserv', unknown);
  await carryOut(plan, options.check, session);
}

/** The installed task services, and as unknown the one of each server that does not answer. */
async function everywhere(name: string, infra: string, drivers: DriverSet): Promise<Look<'taskserv'>> {
  const { found, silent } = await drivers.sight(infra, 'taskserv');
  return {
    found: found.filter((taskserv) => taskserv.name === name),
    unknown: silent.map(({ server, reason }) => ({ name: `${server}/${name}`, reason, permanent: false })),
  };
}
