import { fullName } from '../drivers/index.js';
import { planDelete } from '../plan/index.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning taskserv delete`: from the servers that the settings name for it, else from all there are. */
export async function deleteTaskserv(name: string, options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, signal } = session;
  const { infra, workspace, settings: file } = options;
  const settings = await readSettings({ workspace, infra, file, signal });
  const servers = settings.taskservs.find((taskserv) => taskserv.name === name)?.servers;
  const existing = (await drivers.list(infra, 'taskserv')).filter(
    (taskserv) => taskserv.name === name && (servers?.includes(taskserv.server) ?? true),
  );
  drivers.notices(existing.map(({ provider }) => provider)).forEach((notice) => output.notice(notice));
  const names = servers ? servers.map((server) => `${server}/${name}`) : existing.map(fullName);
  const plan = planDelete(infra, names.length > 0 ? names : [name], existing, 'taskserv');
  await carryOut(plan, options.check, session);
}
