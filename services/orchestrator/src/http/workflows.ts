import { createServers, retryTask } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';
import type { Submitted, WorkflowService } from '../domain/workflow/workflow-service.js';
import { submitterOf } from './submitter.js';

export function workflowRoutes(workflows: WorkflowService): Binding[] {
  return [
    on(createServers)(async (request) => {
      const { infra, settings, check_mode: checkMode, wait } = request.body;
      const submitted = await workflows.createServers(
        { infra, settings, checkMode: checkMode ?? false, wait: wait ?? false },
        submitterOf(request),
      );
      return submittedReply(submitted);
    }),
    on(retryTask)(async (request) => {
      const { id } = request.params;
      return submittedReply(await workflows.retry(id, request.query.check_mode, submitterOf(request)));
    }),
  ];
}

function submittedReply({ taskId, replayed }: Submitted) {
  return reply(taskId, { location: `/tasks/${taskId}`, replayed });
}
