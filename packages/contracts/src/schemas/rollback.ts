import Type, { type Static } from 'typebox';
import { closed, count, id, listOf, name, nullable, oneOf, percentage, text, timestamp } from './basics.js';
import { ROLLBACK_STATUSES } from '../statuses.js';
import { plannedChangeSchema, planSchema } from './plan.js';

const rollbackKind = oneOf(['checkpoint', 'operations', 'restore']);

/** Body of `POST /rollback/checkpoints`. */
export const checkpointRequestSchema = closed(
  {
    name: text(128, { minLength: 1 }),
    description: Type.Optional(text(1024)),
    infras: Type.Optional(
      listOf(name, 1000, {
        minItems: 1,
        uniqueItems: true,
        description: 'The infras that it covers; default: all',
      }),
    ),
  },
  { title: 'CheckpointRequest' },
);
/** A value of {@link checkpointRequestSchema}. */
export type CheckpointRequest = Static<typeof checkpointRequestSchema>;

const checkpointMembers = {
  id,
  name: text(128),
  description: nullable(text(1024)),
  created_at: timestamp,
  size: text(32, { description: 'Human-readable size, such as `150 MB`' }),
  size_bytes: Type.Optional(count),
  created_by: Type.Optional(text(256)),
  infras: Type.Optional(
    nullable(listOf(name, 1000, { description: 'The infras that it covers; null for all' })),
  ),
};

/** An item of `GET /rollback/checkpoints`. */
export const checkpointSchema = closed(checkpointMembers, { title: 'Checkpoint' });
/** A value of {@link checkpointSchema}. */
export type Checkpoint = Static<typeof checkpointSchema>;

/** A checkpoint and the number of changes made since. */
export const checkpointDetailsSchema = closed(
  { ...checkpointMembers, operations_count: count },
  { title: 'CheckpointDetails' },
);
/** A value of {@link checkpointDetailsSchema}. */
export type CheckpointDetails = Static<typeof checkpointDetailsSchema>;

const checkMode = Type.Boolean({ description: 'If true, nothing is changed; the response is the plan' });
/** Ids of operations, in the journal or in their batch. */
const operationIds = listOf(name, 1000, { minItems: 1, uniqueItems: true });

/** Undoes every change after a checkpoint, or the given operations. */
export type RollbackRequest = { check_mode?: boolean } & (
  { checkpoint_id: string } | { operation_ids: string[] }
);

const whatToUndo = { checkpoint_id: Type.Optional(id), operation_ids: Type.Optional(operationIds) };
/** Exactly one of the two. Written with `if`, so that a fault names the missing or extra field. */
const EXACTLY_ONE = {
  if: { required: ['operation_ids'], properties: { operation_ids: true } },
  then: { properties: { checkpoint_id: false } },
  else: { required: ['checkpoint_id'], properties: { checkpoint_id: true } },
};

/** Body of `POST /rollback/execute`. */
export const rollbackRequestSchema = Type.Unsafe<RollbackRequest>(
  closed(
    { ...whatToUndo, check_mode: Type.Optional(checkMode) },
    { title: 'RollbackRequest', ...EXACTLY_ONE },
  ),
);

/** A rollback to be planned. */
export type RollbackToPlan = { checkpoint_id: string } | { operation_ids: string[] };

/** Of `POST /plans`: the body of `POST /rollback/execute` without `check_mode`. */
export const rollbackToPlanSchema = Type.Unsafe<RollbackToPlan>(
  closed(whatToUndo, { title: 'RollbackToPlan', ...EXACTLY_ONE }),
);

/** The `confirmation` of the preview of a restore. */
export const confirmation = text(64, {
  minLength: 1,
  description:
    'The `confirmation` of a plan; allows the resources that it lists as `not_made_here` to be destroyed',
});

/** Of `POST /plans`: the parameters of `POST /rollback/restore/{id}`. */
export const restoreToPlanSchema = closed(
  { checkpoint_id: id, confirm: Type.Optional(confirmation) },
  { title: 'RestoreToPlan' },
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
      'A reason why the operation cannot run: `in_the_way`: a later change depends on it; `cannot_undo`: it cannot be undone; `not_made_here`: a resource that the platform did not create would be destroyed',
  },
);

const failureSchema = closed({ operation_id: id, error: text(4096) }, { title: 'RollbackFailure' });

/** Response of `POST /rollback/execute` and `GET /rollback/{id}`. */
export const rollbackResultSchema = closed(
  {
    rollback_id: id,
    success: Type.Boolean({ description: 'False until the rollback has completed' }),
    operations_executed: count,
    operations_failed: count,
    duration: Type.Number({ minimum: 0, description: 'Seconds' }),
    status: Type.Optional(oneOf(ROLLBACK_STATUSES)),
    kind: Type.Optional(rollbackKind),
    checkpoint_id: Type.Optional(nullable(id)),
    failures: Type.Optional(listOf(failureSchema)),
    operations: Type.Optional(listOf(undoneSchema, 100_000)),
    check_mode: Type.Optional(
      Type.Boolean({ description: 'If true, nothing was changed: the response shows what would be' }),
    ),
    plan: Type.Optional(nullable(planSchema)),
    obstacles: Type.Optional(listOf(obstacleSchema, 100_000)),
    confirmation: Type.Optional(
      nullable(
        text(64, {
          description:
            'If the plan would destroy resources that the platform did not create (`not_made_here`): the value of `confirm` that allows it; otherwise null',
        }),
      ),
    ),
    created_at: Type.Optional(timestamp),
    completed_at: Type.Optional(nullable(timestamp)),
    created_by: Type.Optional(text(256)),
  },
  { title: 'RollbackResult' },
);
/** A value of {@link rollbackResultSchema}. */
export type RollbackResult = Static<typeof rollbackResultSchema>;

/** An item of `GET /rollback`. */
export const rollbackSummarySchema = closed(
  {
    rollback_id: id,
    kind: rollbackKind,
    status: oneOf(ROLLBACK_STATUSES),
    checkpoint_id: nullable(id),
    infras: listOf(name),
    operations_count: count,
    operations_executed: count,
    operations_failed: count,
    created_at: timestamp,
    completed_at: nullable(timestamp),
    created_by: text(256),
  },
  { title: 'RollbackSummary' },
);
/** A value of {@link rollbackSummarySchema}. */
export type RollbackSummary = Static<typeof rollbackSummarySchema>;

/** Response of `GET /rollback/checkpoints/{id}/diff`. */
export const checkpointDiffSchema = closed(
  {
    checkpoint_id: id,
    as_of: timestamp,
    changes: listOf(plannedChangeSchema, 100_000, {
      description: 'What has changed since: `before` is the state of the checkpoint, `after` that of now',
    }),
    summary: text(512),
  },
  { title: 'CheckpointDiff' },
);
/** A value of {@link checkpointDiffSchema}. */
export type CheckpointDiff = Static<typeof checkpointDiffSchema>;

/** Response of `GET /rollback/statistics`. */
export const rollbackStatisticsSchema = closed(
  {
    total_checkpoints: count,
    total_rollbacks: count,
    success_rate: percentage,
    average_rollback_time: Type.Number({ minimum: 0, description: 'Seconds' }),
  },
  { title: 'RollbackStatistics' },
);
/** A value of {@link rollbackStatisticsSchema}. */
export type RollbackStatistics = Static<typeof rollbackStatisticsSchema>;
