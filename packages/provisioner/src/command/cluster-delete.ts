import { planDelete } from '../plan/index.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** `provisioning cluster delete`: its servers are kept. */
export async function deleteCluster(name: string, options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, nickelProgram, signal } = session;
  const { infra, workspace, settings: file } = options;
  await readSettings({ workspace, infra, file, nickelProgram, signal });
  const found = await drivers.find(infra, 'cluster', name);
  drivers.notices(found ? [found.provider] : []).forEach((notice) => output.notice(notice));
  await carryOut(planDelete(infra, [name], found ? [found] : [], 'cluster'), options.check, session);
}
