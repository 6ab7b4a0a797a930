import { operationsUnder } from '../operation.js';
import { id } from '../schemas/basics.js';
import { clusterWorkflowSchema, serverWorkflowSchema, taskservWorkflowSchema } from '../schemas/workflow.js';

const define = operationsUnder('orchestrator', 'Workflows');

const submitted = { status: 200, data: id, location: true, example: 'uuid-task-id' } as const;

export const createServers = define({
  id: 'createServers',
  method: 'post',
  path: '/workflows/servers/create',
  summary: 'Submit server creation workflow',
  description:
    'Creates or deletes the servers that the settings name, and no others, as `operation` says. With `check_mode` nothing is changed: the task shows what would be done. Answers at once with the id of the task.',
  permission: { resource: 'servers:{body.infra}', action: 'create', actionFrom: 'body.operation' },
  body: serverWorkflowSchema,
  idempotent: true,
  example: { infra: 'production', settings: 'config.ncl', check_mode: false, wait: true },
  success: submitted,
  errors: [409],
});

export const createTaskserv = define({
  id: 'createTaskserv',
  method: 'post',
  path: '/workflows/taskserv/create',
  summary: 'Submit task service workflow',
  description:
    'Creates or deletes a task service, as `operation` says. Answers at once with the id of the task. 422 to create one that is not defined.',
  permission: {
    resource: 'taskservs:{body.infra}/{body.taskserv}',
    action: 'create',
    actionFrom: 'body.operation',
  },
  body: taskservWorkflowSchema,
  idempotent: true,
  example: {
    operation: 'create',
    taskserv: 'kubernetes',
    infra: 'production',
    settings: 'config.ncl',
    check_mode: false,
    wait: true,
  },
  success: submitted,
  errors: [409],
});

export const createCluster = define({
  id: 'createCluster',
  method: 'post',
  path: '/workflows/cluster/create',
  summary: 'Submit cluster workflow',
  description:
    'Creates or deletes a cluster, as `operation` says. Answers at once with the id of the task. 422 to create one whose type is not defined.',
  permission: {
    resource: 'clusters:{body.infra}/{body.cluster_type}',
    action: 'create',
    actionFrom: 'body.operation',
  },
  body: clusterWorkflowSchema,
  idempotent: true,
  example: {
    operation: 'create',
    cluster_type: 'buildkit',
    infra: 'production',
    settings: 'config.ncl',
    check_mode: false,
    wait: true,
  },
  success: submitted,
  errors: [409],
});
