import Type, { type Static } from 'typebox';
import { BATCH_OPERATION_TYPES, MAX_BATCH_OPERATIONS } from './batch-request.js';
import { closed, count, id, listOf, name, nullable, oneOf, percentage, text, timestamp } from './basics.js';
import { annotated } from './annotated.js';
import { BATCH_STATUSES } from '../statuses.js';
import { attributes, resourceKind } from './resource.js';
import { waitingForSchema } from './task.js';

/** One of {@link BATCH_STATUSES}. */
export const batchStatus = oneOf(BATCH_STATUSES, { title: 'BatchStatus' });

const madeSchema = closed(
  {
    kind: resourceKind,
    infra: name,
    name: text(128),
    change: oneOf(['created', 'changed', 'destroyed', 'unchanged', 'adopted', 'forgotten']),
    attributes: Type.Optional(attributes),
  },
  { title: 'ResourceResult' },
);

/** The results of a batch operation. */
export const operationResultsSchema = closed(
  {
    driver: Type.Optional(
      text(63, {
        description: 'The driver that acted; a provider without credentials falls back to `local`',
      }),
    ),
    message: Type.Optional(text(4096)),
    resources: Type.Optional(listOf(madeSchema, 100_000)),
    output: Type.Optional(nullable(text(65_536))),
  },
  { title: 'OperationResults' },
);
/** A value of {@link operationResultsSchema}. */
export type OperationResults = Static<typeof operationResultsSchema>;

/** An operation of a batch with its status. */
export const batchOperationSchema = closed(
  {
    id: name,
    status: batchStatus,
    progress: percentage,
    results: Type.Optional(nullable(operationResultsSchema)),
    type: Type.Optional(oneOf(BATCH_OPERATION_TYPES, { title: 'BatchOperationType' })),
    provider: Type.Optional(nullable(name)),
    infra: Type.Optional(name),
    dependencies: Type.Optional(listOf(name, MAX_BATCH_OPERATIONS)),
    task_id: Type.Optional(id),
    attempt: Type.Optional(count),
    current_step: Type.Optional(nullable(text(512))),
    started_at: Type.Optional(nullable(timestamp)),
    completed_at: Type.Optional(nullable(timestamp)),
    error: Type.Optional(nullable(text(4096))),
    waiting_for: Type.Optional(nullable(waitingForSchema)),
    kept: Type.Optional(
      annotated(Type.Boolean(), {
        description: 'Whether it was completed by the batch that this one resumes',
      }),
    ),
  },
  { title: 'BatchOperation' },
);
/** A value of {@link batchOperationSchema}. */
export type BatchOperation = Static<typeof batchOperationSchema>;

const operations = listOf(batchOperationSchema, MAX_BATCH_OPERATIONS);

/** Response of `POST /batch/execute` and `POST /batch/operations/{id}/resume`. */
export const batchSubmittedSchema = closed(
  {
    batch_id: id,
    status: batchStatus,
    operations,
    check_mode: Type.Optional(
      annotated(Type.Boolean(), {
        description: 'If true, nothing was submitted: the response shows what would run',
      }),
    ),
  },
  { title: 'BatchSubmitted' },
);
/** A value of {@link batchSubmittedSchema}. */
export type BatchSubmitted = Static<typeof batchSubmittedSchema>;

const additions = {
  version: Type.Optional(nullable(text(64))),
  storage_backend: Type.Optional(nullable(text(64))),
  parallel_limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  rollback_enabled: Type.Optional(Type.Boolean()),
  on_failure: Type.Optional(oneOf(['continue', 'stop'])),
  resume_of: Type.Optional(nullable(id)),
  infras: Type.Optional(listOf(name, 1000)),
  operations_count: Type.Optional(count),
  waiting_for: Type.Optional(nullable(waitingForSchema)),
  progress: Type.Optional(percentage),
  started_at: Type.Optional(nullable(timestamp)),
  completed_at: Type.Optional(nullable(timestamp)),
  cancel_requested_at: Type.Optional(nullable(timestamp)),
  created_by: Type.Optional(text(256, { description: 'Username' })),
  error: Type.Optional(nullable(text(4096))),
};

/** An item of `GET /batch/operations`. */
export const batchSummarySchema = closed(
  { batch_id: id, name, status: batchStatus, created_at: timestamp, operations, ...additions },
  { title: 'BatchSummary' },
);
/** A value of {@link batchSummarySchema}. */
export type BatchSummary = Static<typeof batchSummarySchema>;

/** Response of `GET /batch/operations/{id}`. */
export const batchSchema = closed(
  {
    batch_id: id,
    name,
    status: batchStatus,
    operations,
    created_at: Type.Optional(timestamp),
    ...additions,
    resumed_by: Type.Optional(annotated(nullable(id), { description: 'The batch that resumes this one' })),
    plan_id: Type.Optional(annotated(nullable(id), { description: 'The plan that the batch executes' })),
  },
  { title: 'Batch' },
);
/** A value of {@link batchSchema}. */
export type Batch = Static<typeof batchSchema>;
