import {
  getDrift,
  getStateStatistics,
  getSystemHealth,
  getSystemMetrics,
  getWorkflowProgress,
  listInventory,
  listJournal,
  listWorkflowSnapshots,
} from '@provisioning/contracts';
import { on, page, reply, type Binding } from '@provisioning/http-kit';
import type { MachineLoad } from '@provisioning/runtime';
import type { InventoryStore } from '../domain/ports.js';
import { presentEntry, presentResource } from './present/resource.js';
import type { DriftService } from '../domain/state/drift-service.js';
import type { StateService } from '../domain/state/state-service.js';
import {
  presentDrift,
  presentHealth,
  presentMetrics,
  presentProgress,
  presentSnapshot,
  presentStatistics,
} from './present/state.js';
import { submitterOf } from './submitter.js';

export function stateRoutes(
  state: StateService,
  inventory: InventoryStore,
  drifts: DriftService,
  machineLoad: () => Promise<MachineLoad>,
): Binding[] {
  return [
    on(getWorkflowProgress)(async ({ params: { id } }) =>
      reply(presentProgress(id, await state.progress(id))),
    ),
    on(listWorkflowSnapshots)(async ({ params: { id }, query }) => {
      const { snapshots, total } = await state.snapshots(id, query);
      return page(snapshots.map(presentSnapshot), total);
    }),
    on(listInventory)(async ({ query: { infra, kind, provider, limit, offset } }) => {
      const { resources, total } = await inventory.resources({ infra, kind, provider, limit, offset });
      return page(resources.map(presentResource), total);
    }),
    on(getDrift)(async (request) =>
      reply(presentDrift(await drifts.drift(request.query.infra, submitterOf(request)))),
    ),
    on(listJournal)(async ({ query }) => {
      const { infra, kind, name, task_id: taskId, batch_id: batchId, limit, offset } = query;
      const filter = { infra, kind, name, taskId, batchId, limit, offset };
      const { entries, total } = await inventory.journal(filter);
      return page(entries.map(presentEntry), total);
    }),
    on(getSystemMetrics)(async () => {
      const [counts, load] = await Promise.all([state.counts(), machineLoad()]);
      return reply(presentMetrics(counts, load));
    }),
    on(getSystemHealth)(async () => reply(presentHealth(await state.health()))),
    on(getStateStatistics)(async () => reply(presentStatistics(await state.statistics()))),
  ];
}
