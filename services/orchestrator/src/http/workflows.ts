import {
  createCluster,
  createServers,
  createTaskserv,
  retryTask,
  type ServerWorkflow,
} from '@provisioning/contracts';
import { on, reply, type Asked, type Binding, type Principal } from '@provisioning/http-kit';
import { actQuestions } from '../domain/access/scope.js';
import type { TaskService } from '../domain/task/task-service.js';
import {
  clusterWork,
  scopeOfWork,
  serversWork,
  taskservWork,
  type Submitted,
  type Work,
  type WorkflowRequest,
  type WorkflowService,
} from '../domain/workflow/workflow-service.js';
import type { ReadAccess } from './read-access.js';
import { submitterOf } from './submitter.js';

/** The routes of `/workflows`. */
export function workflowRoutes(
  workflows: WorkflowService,
  tasks: Pick<TaskService, 'get'>,
  { stored }: ReadAccess,
): Binding[] {
  return [
    on(createServers, ({ body, principal }) => asksOfWork(serversWork(requestOf(body)), principal))(
      async (request) => submittedReply(await workflows.run(request.found, submitterOf(request))),
    ),
    on(createTaskserv, ({ body, principal }) =>
      asksOfWork(taskservWork(body.taskserv, requestOf(body)), principal),
    )(async (request) => submittedReply(await workflows.run(request.found, submitterOf(request)))),
    on(createCluster, ({ body, principal }) =>
      asksOfWork(clusterWork(body.cluster_type, requestOf(body)), principal),
    )(async (request) => submittedReply(await workflows.run(request.found, submitterOf(request)))),
    on(retryTask, ({ params: { id }, query, declared }) =>
      stored.repeatTask(declared, () => tasks.get(id), query.check_mode),
    )(async (request) =>
      submittedReply(await workflows.retry(request.found, request.query.check_mode, submitterOf(request))),
    ),
  ];
}

/** The policy questions of a workflow: only about what it does. */
function asksOfWork(work: Work, principal: Principal): Asked<Work> {
  return { questions: actQuestions(scopeOfWork(work, principal.id)), found: work };
}

function requestOf({
  operation = 'create',
  infra,
  settings,
  check_mode: checkMode = false,
  wait = false,
}: Pick<ServerWorkflow, 'operation' | 'infra' | 'settings' | 'check_mode' | 'wait'>): WorkflowRequest {
  return { operation, infra, settings, checkMode, wait };
}

function submittedReply({ taskId, replayed }: Submitted) {
  return reply(taskId, { location: `/tasks/${taskId}`, replayed });
}
