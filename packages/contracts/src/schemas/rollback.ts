import Type, { type Static } from 'typebox';
import { closed, count, id, listOf, name, nullable, oneOf, percentage, text, timestamp } from './basics.js';
import { planSchema } from './plan.js';

export const checkpointRequestSchema = closed(
  {
    name: text(128, { minLength: 1 }),
    description: Type.Optional(text(1024)),
    infras: Type.Optional(
      listOf(name, 1000, {
        minItems: 1,
        uniqueItems: true,
        description: 'Those that it covers; all, where absent',
      }),
    ),
  },
  { title: 'CheckpointRequest' },
);
export type CheckpointRequest = Static<typeof checkpointRequestSchema>;

const checkpointMembers = {
  id,
  name: text(128),
  description: nullable(text(1024)),
  created_at: timestamp,
  size: text(32, { description: 'For people: `150 MB`' }),
  size_bytes: Type.Optional(count),
  created_by: Type.Optional(text(256)),
  infras: Type.Optional(nullable(listOf(name, 1000, { description: 'Those that it covers; null: all' }))),
};

export const checkpointSchema = closed(checkpointMembers, { title: 'Checkpoint' });
export type Checkpoint = Static<typeof checkpointSchema>;

export const checkpointDetailsSchema = closed(
  { ...checkpointMembers, operations_count: count },
  { title: 'CheckpointDetails' },
);
export type CheckpointDetails = Static<typeof checkpointDetailsSchema>;

const checkMode = Type.Boolean({ description: 'Changes nothing; answers with the plan' });
/** Of an operation: its id in the journal, or in its batch. */
const operationIds = listOf(name, 1000, { minItems: 1, uniqueItems: true });

/** Everything after a checkpoint, or just those operations. */
export type RollbackRequest = { check_mode?: boolean } & (
  { checkpoint_id: string } | { operation_ids: string[] }
);

export const rollbackRequestSchema = Type.Unsafe<RollbackRequest>(
  closed(
    {
      checkpoint_id: Type.Optional(id),
      operation_ids: Type.Optional(operationIds),
      check_mode: Type.Optional(checkMode),
    },
    {
      title: 'RollbackRequest',
      // One or the other, said so that a fault names the member that is missing or too much.
      if: { required: ['operation_ids'], properties: { operation_ids: true } },
      then: { properties: { checkpoint_id: false } },
      else: { required: ['checkpoint_id'], properties: { checkpoint_id: true } },
    },
  ),
);

const undoneSchema = closed(
  {
    operation_id: id,
    outcome: oneOf(['pending', 'undone', 'already_gone', 'cannot_undo', 'failed']),
    changes: count,
    error: Type.Optional(nullable(text(4096))),
  },
  { title: 'UndoneOperation' },
);
const obstacleSchema = closed(
  {
    operation_id: nullable(id),
    reason: text(4096),
    obstacle: oneOf(['in_the_way', 'cannot_undo', 'not_made_here']),
  },
  {
    title: 'RollbackObstacle',
    description:
      'What stands in the way, cannot be undone, or would be destroyed though the platform did not make it, and why',
  },
);

const failureSchema = closed({ operation_id: id, error: text(4096) }, { title: 'RollbackFailure' });

export const rollbackResultSchema = closed(
  {
    rollback_id: id,
    success: Type.Boolean({ description: 'False until it is completed' }),
    operations_executed: count,
    operations_failed: count,
    duration: Type.Number({ minimum: 0, description: 'Seconds' }),
    status: Type.Optional(oneOf(['Pending', 'Running', 'Completed', 'Failed'])),
    kind: Type.Optional(oneOf(['checkpoint', 'operations', 'restore'])),
    checkpoint_id: Type.Optional(nullable(id)),
    failures: Type.Optional(listOf(failureSchema)),
    operations: Type.Optional(listOf(undoneSchema, 100_000)),
    check_mode: Type.Optional(Type.Boolean({ description: 'Nothing was done: this is what would be' })),
    plan: Type.Optional(nullable(planSchema)),
    obstacles: Type.Optional(listOf(obstacleSchema, 100_000)),
    confirmation: Type.Optional(
      nullable(
        text(64, {
          description:
            'Of a plan that would destroy what the platform did not make (`not_made_here`): `confirm` of the request that does so; null where there is no such thing',
        }),
      ),
    ),
    created_at: Type.Optional(timestamp),
    completed_at: Type.Optional(nullable(timestamp)),
    created_by: Type.Optional(text(256)),
  },
  { title: 'RollbackResult' },
);
export type RollbackResult = Static<typeof rollbackResultSchema>;

export const rollbackStatisticsSchema = closed(
  {
    total_checkpoints: count,
    total_rollbacks: count,
    success_rate: percentage,
    average_rollback_time: Type.Number({ minimum: 0, description: 'Seconds' }),
  },
  { title: 'RollbackStatistics' },
);
export type RollbackStatistics = Static<typeof rollbackStatisticsSchema>;
