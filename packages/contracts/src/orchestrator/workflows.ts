import { operationsUnder } from '../operation.js';
import { id } from '../schemas/basics.js';
import { clusterWorkflowSchema, serverWorkflowSchema, taskservWorkflowSchema } from '../schemas/workflow.js';

const define = operationsUnder('orchestrator', 'Workflows');

const submitted = { status: 200, data: id, location: true, example: 'uuid-task-id' } as const;

/** `POST /workflows/servers/create` */
export const createServers = define({
  id: 'createServers',
  method: 'post',
  path: '/workflows/servers/create',
  summary: 'Submit server creation workflow',
  description:
    'Creates or deletes exactly the servers of the settings, according to `operation`. With `check_mode` nothing is changed: the task shows what would be done. Returns the id of the task immediately.',
  permission: { resource: 'servers:{body.infra}', action: 'create', actionFrom: 'body.operation' },
  body: serverWorkflowSchema,
  idempotent: true,
  example: { infra: 'production', settings: 'config.ncl', check_mode: false, wait: true },
  success: submitted,
  errors: [409],
});

/** `POST /workflows/taskserv/create` */
export const createTaskserv = define({
  id: 'createTaskserv',
  method: 'post',
  path: '/workflows/taskserv/create',
  summary: 'Submit task service workflow',
  description:
    'Creates or deletes a task service, according to `operation`. Returns the id of the task immediately. 422 if the task service to create is not defined.',
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

/** `POST /workflows/cluster/create` */
export const createCluster = define({
  id: 'createCluster',
  method: 'post',
  path: '/workflows/cluster/create',
  summary: 'Submit cluster workflow',
  description:
    'Creates or deletes a cluster, according to `operation`. Returns the id of the task immediately. 422 if the type of the cluster to create is not defined.',
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
