import { getWorkflowProgress, listWorkflowSnapshots } from '@provisioning/contracts';
import { on, page, reply, type Binding } from '@provisioning/http-kit';
import type { TaskService } from '../domain/task/task-service.js';
import { presentProgress, presentSnapshot } from './present/state.js';

export function stateRoutes(tasks: TaskService): Binding[] {
  return [
    on(getWorkflowProgress)(async ({ params: { id } }) =>
      reply(presentProgress(id, await tasks.progress(id))),
    ),
    on(listWorkflowSnapshots)(async ({ params: { id }, query }) => {
      const { snapshots, total } = await tasks.snapshots(id, query);
      return page(snapshots.map(presentSnapshot), total);
    }),
  ];
}
