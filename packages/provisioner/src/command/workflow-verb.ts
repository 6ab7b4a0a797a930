import { waitUntilRunning } from '../apply/index.js';
import { planWorkflow, type Workflow } from '../operations/plan-workflow.js';
import { readSettings } from '../settings/index.js';
import { carryOut } from './carry-out.js';
import type { ActOptions } from './options.js';
import type { Session } from './session.js';

/** Creates or deletes things of the settings. The settings of an approved plan are used in place of the file. */
export async function runWorkflow(workflow: Workflow, options: ActOptions, session: Session): Promise<void> {
  const { output, drivers, nickelProgram, signal, approved } = session;
  const { infra, workspace, settings: file } = options;
  const settings =
    approved?.settings ?? (await readSettings({ workspace, infra, file, nickelProgram, signal }));
  const { plan, notes } = await planWorkflow(workflow, settings, drivers);
  notes.forEach((note) => output.notice(note));
  await carryOut(plan, options.check, session, async () => {
    // Everything else is complete when it has been made or deleted.
    if (!options.wait || workflow.kind !== 'servers' || workflow.operation !== 'create') return;
    const names = settings.servers.map(({ name }) => name);
    const { found: servers } = await drivers.look(infra, 'server', names);
    await waitUntilRunning(servers, (server) => drivers.of(server), signal);
  });
}
