import { createServers, retryTask } from '@provisioning/contracts';
import { on, principalOf, reply, type Binding, type HandlerRequest } from '@provisioning/http-kit';
import { currentContext, traceparentOf } from '@provisioning/runtime';
import type { Submitted, Submitter, WorkflowService } from '../domain/workflow/workflow-service.js';

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

function submitterOf(
  request: Pick<HandlerRequest<never>, 'principal' | 'requestId' | 'idempotency'>,
): Submitter {
  const { id: userId, username } = principalOf(request);
  const context = currentContext();
  return {
    userId,
    username,
    requestId: request.requestId,
    traceparent: context && traceparentOf(context),
    idempotency: request.idempotency,
  };
}
