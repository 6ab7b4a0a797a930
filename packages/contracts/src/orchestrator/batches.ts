import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { byId, closed, listOf, name, sentence, someOf, text } from '../schemas/basics.js';
import { batchSchema, batchSubmittedSchema, batchSummarySchema } from '../schemas/batch.js';
import { BATCH_BODY_LIMIT, batchRequestSchema } from '../schemas/batch-request.js';
import { batchPlanSchema } from '../schemas/platform.js';
import { withDefault } from '../schemas/default.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import { from, to } from '../schemas/period.js';
import { BATCH_STATUSES } from '../statuses.js';

const define = operationsUnder('orchestrator', 'Batches');

/** `POST /batch/execute` */
export const executeBatch = define({
  id: 'executeBatch',
  method: 'post',
  path: '/batch/execute',
  summary: 'Execute batch workflow operation',
  description:
    'Submits a graph of operations. 422 for an unknown dependency, for a circular dependency (the message names the cycle), and for an undefined task service or cluster type.',
  permission: { resource: 'batches:{body.name}', action: 'execute' },
  rateClass: 'batch',
  body: batchRequestSchema,
  bodyLimit: BATCH_BODY_LIMIT,
  idempotent: true,
  example: {
    name: 'multi_cloud_deployment',
    version: '1.0.0',
    storage_backend: 'surrealdb',
    parallel_limit: 5,
    rollback_enabled: true,
    operations: [
      {
        id: 'upcloud_servers',
        type: 'server_batch',
        provider: 'upcloud',
        dependencies: [],
        server_configs: [
          { name: 'web-01', plan: '1xCPU-2 GB', zone: 'de-fra1' },
          { name: 'web-02', plan: '1xCPU-2 GB', zone: 'us-nyc1' },
        ],
      },
      {
        id: 'aws_taskservs',
        type: 'taskserv_batch',
        provider: 'aws',
        dependencies: ['upcloud_servers'],
        taskservs: ['kubernetes', 'cilium', 'containerd'],
      },
    ],
  },
  success: {
    status: 200,
    data: batchSubmittedSchema,
    location: true,
    example: {
      batch_id: 'uuid-string',
      status: 'Running',
      operations: [
        { id: 'upcloud_servers', status: 'Pending', progress: 0.0 },
        { id: 'aws_taskservs', status: 'Pending', progress: 0.0 },
      ],
    },
  },
  errors: [409],
});

/** `POST /batch/plan` */
export const planBatch = define({
  id: 'planBatch',
  method: 'post',
  path: '/batch/plan',
  summary: 'Validate a batch without submitting it',
  description:
    'Checks the batch as `POST /batch/execute` does and returns the same errors. Shows its operations with all defaults, and the locks that it would wait for. Nothing is stored.',
  permission: { resource: 'batches:{body.name}', action: 'execute' },
  body: batchRequestSchema,
  bodyLimit: BATCH_BODY_LIMIT,
  example: {
    name: 'one_server',
    operations: [
      {
        id: 'servers',
        type: 'server_batch',
        provider: 'local',
        server_configs: [{ name: 'web-01', plan: '1xCPU-2 GB', zone: 'de-fra1' }],
      },
    ],
  },
  success: { status: 200, data: batchPlanSchema },
  addition: true,
});

/** `GET /batch/operations` */
export const listBatches = define({
  id: 'listBatches',
  method: 'get',
  path: '/batch/operations',
  summary: 'List all batch operations',
  description: 'The list shows the first 100 operations of a batch; `operations_count` is the total.',
  permission: { resource: 'batches:*', action: 'read' },
  query: paged(
    {
      status: Type.Optional(
        someOf(BATCH_STATUSES, 'Only batches with one of these statuses, separated by commas'),
      ),
      name: Type.Optional(
        text(128, { minLength: 1, description: 'Only batches whose name contains this text, ignoring case' }),
      ),
      infra: Type.Optional(name),
      created_by: Type.Optional(
        text(256, { minLength: 1, description: 'Only batches of the user with this name' }),
      ),
      from,
      to,
      operations: withDefault(
        Type.Boolean({ description: 'Whether each batch has its first 100 operations; otherwise none' }),
        true,
      ),
    },
    'batch_id',
  ),
  success: {
    status: 200,
    data: listOf(batchSummarySchema, MAX_PAGE),
    list: after('batch_id'),
    example: [
      {
        batch_id: 'uuid-string',
        name: 'multi_cloud_deployment',
        status: 'Running',
        created_at: '2025-09-26T10:00:00Z',
        operations: [{ id: 'upcloud_servers', status: 'Completed', progress: 100.0 }],
      },
    ],
  },
});

/** `GET /batch/operations/{id}` */
export const getBatch = define({
  id: 'getBatch',
  method: 'get',
  path: '/batch/operations/{id}',
  summary: 'Get batch operation status',
  permission: { resource: 'batches:{params.id}', action: 'read' },
  params: byId,
  success: {
    status: 200,
    data: batchSchema,
    example: {
      batch_id: 'uuid-string',
      name: 'multi_cloud_deployment',
      status: 'Running',
      operations: [
        {
          id: 'upcloud_servers',
          status: 'Completed',
          progress: 100.0,
          results: {
            driver: 'upcloud',
            resources: [{ kind: 'server', infra: 'default', name: 'web-01', change: 'created' }],
          },
        },
      ],
    },
  },
  errors: [404],
});

/** `GET /batch/operations/{id}/request` */
export const getBatchRequest = define({
  id: 'getBatchRequest',
  method: 'get',
  path: '/batch/operations/{id}/request',
  summary: 'Get the body with which a batch can be submitted again',
  description:
    'Has the commands of the batch as they were submitted. Requires permission to execute the batch, since commands may contain secrets.',
  permission: { resource: 'batches:{params.id}', action: 'execute' },
  params: byId,
  success: { status: 200, data: batchRequestSchema },
  errors: [404],
  addition: true,
});

/** `POST /batch/operations/{id}/cancel` */
export const cancelBatch = define({
  id: 'cancelBatch',
  method: 'post',
  path: '/batch/operations/{id}/cancel',
  summary: 'Cancel running batch operation',
  description:
    'Returns immediately. Pending operations are cancelled and running operations are terminated; `cancel_requested_at` is set until all have ended. 409 if the batch has ended or is being rolled back.',
  permission: { resource: 'batches:{params.id}', action: 'cancel' },
  rateClass: 'batch',
  params: byId,
  success: { status: 200, data: sentence, example: 'Operation cancelled' },
  errors: [404, 409],
});

/** `POST /batch/operations/{id}/resume` */
export const resumeBatch = define({
  id: 'resumeBatch',
  method: 'post',
  path: '/batch/operations/{id}/resume',
  summary: 'Resume a failed or cancelled batch',
  description:
    'Submits and returns a new batch that keeps the completed operations and runs the others again. With `check_mode` nothing is submitted: the response shows which operations would be kept (`Completed`) and which would run (`Pending`). 409 unless the batch has failed or was cancelled, and if it was already resumed; resume the newer batch instead.',
  permission: { resource: 'batches:{params.id}', action: 'execute' },
  rateClass: 'batch',
  params: byId,
  query: closed({ check_mode: withDefault(Type.Boolean(), false) }),
  idempotent: true,
  success: { status: 200, data: batchSubmittedSchema, location: true },
  errors: [404, 409],
  addition: true,
});
