import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { byId, closed, listOf, sentence } from '../schemas/basics.js';
import { batchSchema, batchStatus, batchSubmittedSchema, batchSummarySchema } from '../schemas/batch.js';
import { BATCH_BODY_LIMIT, batchRequestSchema } from '../schemas/batch-request.js';
import { withDefault } from '../schemas/default.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';

const define = operationsUnder('orchestrator', 'Batches');

export const executeBatch = define({
  id: 'executeBatch',
  method: 'post',
  path: '/batch/execute',
  summary: 'Execute batch workflow operation',
  description:
    'Takes a graph of operations. 422 for unknown dependencies, for a circular dependency, which is named, and for task services and cluster types that are not defined.',
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

export const listBatches = define({
  id: 'listBatches',
  method: 'get',
  path: '/batch/operations',
  summary: 'List all batch operations',
  description:
    'Of a large batch the first 100 operations stand in the list; `operations_count` says how many there are.',
  permission: { resource: 'batches:*', action: 'read' },
  query: paged({ status: Type.Optional(batchStatus) }, 'batch_id'),
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

export const cancelBatch = define({
  id: 'cancelBatch',
  method: 'post',
  path: '/batch/operations/{id}/cancel',
  summary: 'Cancel running batch operation',
  description:
    'Answers at once. What waits is cancelled then; what runs is being ended, and the batch has a `cancel_requested_at` until all of it has ended. 409 when it has ended, or is being rolled back.',
  permission: { resource: 'batches:{params.id}', action: 'cancel' },
  rateClass: 'batch',
  params: byId,
  success: { status: 200, data: sentence, example: 'Operation cancelled' },
  errors: [404, 409],
});

export const resumeBatch = define({
  id: 'resumeBatch',
  method: 'post',
  path: '/batch/operations/{id}/resume',
  summary: 'Go on with a batch that failed or was cancelled',
  description:
    'Submits a new batch in which what is completed is kept and the rest runs again, and answers with it. With `check_mode` nothing is submitted: the answer shows what would be kept (`Completed`) and what would run (`Pending`). 409 unless the batch has failed or was cancelled, and when it was resumed before: then the newer batch is the one to resume.',
  permission: { resource: 'batches:{params.id}', action: 'execute' },
  rateClass: 'batch',
  params: byId,
  query: closed({ check_mode: withDefault(Type.Boolean(), false) }),
  idempotent: true,
  success: { status: 200, data: batchSubmittedSchema, location: true },
  errors: [404, 409],
  addition: true,
});
