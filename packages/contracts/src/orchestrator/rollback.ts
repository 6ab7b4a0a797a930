import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { byId, closed, id, listOf, sentence, someOf } from '../schemas/basics.js';
import { withDefault } from '../schemas/default.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import { ROLLBACK_STATUSES } from '../statuses.js';
import {
  checkpointDetailsSchema,
  checkpointDiffSchema,
  checkpointRequestSchema,
  checkpointSchema,
  confirmation,
  rollbackRequestSchema,
  rollbackResultSchema,
  rollbackSummarySchema,
  rollbackStatisticsSchema,
} from '../schemas/rollback.js';

const define = operationsUnder('orchestrator', 'Rollback');
const ASYNC =
  'Returns when the operation has ended. With `Prefer: respond-async` it returns immediately; poll `GET /rollback/{id}` for the result.';

/** `POST /rollback/checkpoints` */
export const createCheckpoint = define({
  id: 'createCheckpoint',
  method: 'post',
  path: '/rollback/checkpoints',
  summary: 'Create new checkpoint',
  permission: { resource: 'checkpoints:*', action: 'create' },
  body: checkpointRequestSchema,
  idempotent: true,
  example: { name: 'before_major_update', description: 'Checkpoint before deploying v2.0.0' },
  success: { status: 201, data: id, location: true, example: 'checkpoint-uuid' },
  errors: [409],
});

/** `GET /rollback/checkpoints` */
export const listCheckpoints = define({
  id: 'listCheckpoints',
  method: 'get',
  path: '/rollback/checkpoints',
  summary: 'List all checkpoints',
  permission: { resource: 'checkpoints:*', action: 'read' },
  query: paged({}),
  success: {
    status: 200,
    data: listOf(checkpointSchema, MAX_PAGE),
    list: after('id'),
    example: [
      {
        id: 'checkpoint-uuid',
        name: 'before_major_update',
        description: 'Checkpoint before deploying v2.0.0',
        created_at: '2025-09-26T10:00:00Z',
        size: '150 MB',
      },
    ],
  },
});

/** `GET /rollback/checkpoints/{id}` */
export const getCheckpoint = define({
  id: 'getCheckpoint',
  method: 'get',
  path: '/rollback/checkpoints/{id}',
  summary: 'Get specific checkpoint details',
  permission: { resource: 'checkpoints:{params.id}', action: 'read' },
  params: byId,
  success: {
    status: 200,
    data: checkpointDetailsSchema,
    example: {
      id: 'checkpoint-uuid',
      name: 'before_major_update',
      description: 'Checkpoint before deploying v2.0.0',
      created_at: '2025-09-26T10:00:00Z',
      size: '150 MB',
      operations_count: 25,
    },
  },
  errors: [404],
});

/** `DELETE /rollback/checkpoints/{id}` */
export const deleteCheckpoint = define({
  id: 'deleteCheckpoint',
  method: 'delete',
  path: '/rollback/checkpoints/{id}',
  summary: 'Delete a checkpoint',
  description:
    'Deletes the stored inventory. The journal and the infrastructure stay as they are. A checkpoint that a pending or running rollback or restore refers to is refused (409).',
  permission: { resource: 'checkpoints:{params.id}', action: 'delete' },
  params: byId,
  success: { status: 200, data: sentence, example: 'Checkpoint deleted successfully' },
  errors: [404, 409],
  addition: true,
});

/** `POST /rollback/execute` */
export const executeRollback = define({
  id: 'executeRollback',
  method: 'post',
  path: '/rollback/execute',
  summary: 'Execute rollback operation',
  description: `Undoes the changes made after a checkpoint in reverse order, or only the given operations (409 if a later change depends on them or the infra is being changed). With \`check_mode\` nothing is changed: the response shows what would be undone and what prevents it. ${ASYNC}`,
  permission: { resource: 'rollbacks:*', action: 'execute' },
  query: closed({ check_mode: withDefault(Type.Boolean(), false) }),
  body: rollbackRequestSchema,
  idempotent: true,
  example: { checkpoint_id: 'checkpoint-uuid' },
  moreExamples: { partial: { operation_ids: ['op-1', 'op-2', 'op-3'] } },
  success: {
    status: 200,
    data: rollbackResultSchema,
    location: true,
    example: {
      rollback_id: 'rollback-uuid',
      success: true,
      operations_executed: 25,
      operations_failed: 0,
      duration: 45.5,
    },
  },
  errors: [404, 409],
});

/** `POST /rollback/restore/{id}` */
export const restoreCheckpoint = define({
  id: 'restoreCheckpoint',
  method: 'post',
  path: '/rollback/restore/{id}',
  summary: 'Restore system state from checkpoint',
  description: `Changes the infrastructure to the state of the checkpoint. The current state is read from the providers. With \`check_mode\` nothing is changed: the response shows what would be changed and what prevents it. Resources that the platform did not create are destroyed only if \`confirm\` is the \`confirmation\` of the plan (409 otherwise). ${ASYNC}`,
  permission: { resource: 'checkpoints:{params.id}', action: 'restore' },
  params: byId,
  query: closed({
    check_mode: withDefault(Type.Boolean(), false),
    confirm: Type.Optional(confirmation),
  }),
  idempotent: true,
  success: {
    status: 200,
    data: Type.Union([sentence, rollbackResultSchema]),
    location: true,
    example: 'State restored from checkpoint checkpoint-uuid',
  },
  errors: [404, 409, 503],
});

/** `GET /rollback` */
export const listRollbacks = define({
  id: 'listRollbacks',
  method: 'get',
  path: '/rollback',
  summary: 'List rollbacks and restores',
  permission: { resource: 'rollbacks:*', action: 'read' },
  query: paged(
    {
      status: Type.Optional(
        someOf(ROLLBACK_STATUSES, 'Only rollbacks with one of these statuses, separated by commas'),
      ),
    },
    'rollback_id',
  ),
  success: { status: 200, data: listOf(rollbackSummarySchema, MAX_PAGE), list: after('rollback_id') },
  addition: true,
});

/** `GET /rollback/checkpoints/{id}/diff` */
export const diffCheckpoint = define({
  id: 'diffCheckpoint',
  method: 'get',
  path: '/rollback/checkpoints/{id}/diff',
  summary: 'Compare the inventory with a checkpoint',
  permission: { resource: 'checkpoints:{params.id}', action: 'read' },
  params: byId,
  success: { status: 200, data: checkpointDiffSchema },
  errors: [404],
  addition: true,
});

/** `GET /rollback/statistics` */
export const getRollbackStatistics = define({
  id: 'getRollbackStatistics',
  method: 'get',
  path: '/rollback/statistics',
  summary: 'Get rollback system statistics',
  permission: { resource: 'rollbacks:*', action: 'read' },
  success: {
    status: 200,
    data: rollbackStatisticsSchema,
    example: { total_checkpoints: 10, total_rollbacks: 3, success_rate: 100.0, average_rollback_time: 30.5 },
  },
});

/** `GET /rollback/{id}` */
export const getRollback = define({
  id: 'getRollback',
  method: 'get',
  path: '/rollback/{id}',
  summary: 'Get a rollback or restore',
  permission: { resource: 'rollbacks:*', action: 'read' },
  params: byId,
  success: { status: 200, data: rollbackResultSchema },
  errors: [404],
  addition: true,
});
