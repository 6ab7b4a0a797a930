import {
  createCluster,
  createServers,
  createTaskserv,
  retryTask,
  type ServerWorkflow,
} from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';
import type { Submitted, WorkflowRequest, WorkflowService } from '../domain/workflow/workflow-service.js';
import { submitterOf } from './submitter.js';

export function workflowRoutes(workflows: WorkflowService): Binding[] {
  return [
    on(createServers)(async (request) =>
      submittedReply(await workflows.createServers(requestOf(request.body), submitterOf(request))),
    ),
    on(createTaskserv)(async (request) => {
      const { taskserv, operation } = request.body;
      const asked = { ...requestOf(request.body), operation };
      return submittedReply(await workflows.taskserv(taskserv, asked, submitterOf(request)));
    }),
    on(createCluster)(async (request) => {
      const { cluster_type: clusterType, operation } = request.body;
      const asked = { ...requestOf(request.body), operation };
      return submittedReply(await workflows.cluster(clusterType, asked, submitterOf(request)));
    }),
    on(retryTask)(async (request) => {
      const { id } = request.params;
      return submittedReply(await workflows.retry(id, request.query.check_mode, submitterOf(request)));
    }),
  ];
}

function requestOf({
  infra,
  settings,
  check_mode: checkMode = false,
  wait = false,
}: Pick<ServerWorkflow, 'infra' | 'settings' | 'check_mode' | 'wait'>): WorkflowRequest {
  return { infra, settings, checkMode, wait };
}

function submittedReply({ taskId, replayed }: Submitted) {
  return reply(taskId, { location: `/tasks/${taskId}`, replayed });
}
