import {
  getStateStatistics,
  getSystemHealth,
  getSystemMetrics,
  getWorkflowProgress,
  listWorkflowSnapshots,
} from '@provisioning/contracts';
import { on, page, reply, type Binding } from '@provisioning/http-kit';
import type { MachineLoad } from '@provisioning/runtime';
import type { StateService } from '../domain/state/state-service.js';
import {
  presentHealth,
  presentMetrics,
  presentProgress,
  presentSnapshot,
  presentStatistics,
} from './present/state.js';

export function stateRoutes(state: StateService, machineLoad: () => Promise<MachineLoad>): Binding[] {
  return [
    on(getWorkflowProgress)(async ({ params: { id } }) =>
      reply(presentProgress(id, await state.progress(id))),
    ),
    on(listWorkflowSnapshots)(async ({ params: { id }, query }) => {
      const { snapshots, total } = await state.snapshots(id, query);
      return page(snapshots.map(presentSnapshot), total);
    }),
    on(getSystemMetrics)(async () => {
      const [counts, load] = await Promise.all([state.counts(), machineLoad()]);
      return reply(presentMetrics(counts, load));
    }),
    on(getSystemHealth)(async () => reply(presentHealth(await state.health()))),
    on(getStateStatistics)(async () => reply(presentStatistics(await state.statistics()))),
  ];
}
