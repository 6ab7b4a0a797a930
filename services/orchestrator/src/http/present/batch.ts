import type {
  Batch as WireBatch,
  BatchOperation,
  BatchPlan,
  BatchRequest,
  BatchSubmitted,
  BatchSummary,
  OperationResults,
} from '@provisioning/contracts';
import type { Batch, Operation, OperationSpec, OperationSummary } from '../../domain/batch/batch.js';
import type { FoundBatch } from '../../domain/batch/batch-store.js';
import type { Lock } from '../../domain/platform/platform.js';
import type { ResumePreview, SubmittedBatch } from '../../domain/batch/batch-service.js';
import type { WaitingFor } from '../../domain/task/task.js';
import { shareDone } from '../../domain/workflow/progress.js';
import { presentLock } from './platform.js';
import { attributesOf, isKind } from './resource.js';
import { API_STATUS, presentWaitingFor } from './task.js';

/** The answer to a submission. */
export function presentSubmitted({ batch, operations }: SubmittedBatch): BatchSubmitted {
  return { batch_id: batch.id, status: batch.status, operations: operations.map(presentSummary) };
}

/** The answer to a resume in check mode. */
export function presentResumePreview({ batch, operations }: ResumePreview): BatchSubmitted {
  return {
    batch_id: batch.id,
    status: batch.status,
    check_mode: true,
    operations: operations.map(({ id, kept }) => ({
      id,
      status: kept ? 'Completed' : 'Pending',
      progress: kept ? 100 : 0,
    })),
  };
}

/** What a batch would be. */
export function presentBatchPlan(
  name: string,
  operations: readonly OperationSpec[],
  infras: readonly string[],
  locks: readonly Lock[],
): BatchPlan {
  return {
    name,
    operations: operations.map(({ id, type, provider = null, infra, dependencies }) => ({
      id,
      type,
      provider,
      infra,
      dependencies: [...dependencies],
    })),
    infras: [...infras],
    locks: locks.map(presentLock),
  };
}

/** The body with which a batch can be submitted again. */
export function presentBatchRequest({
  batch,
  operations,
}: Pick<FoundBatch, 'batch' | 'operations'>): BatchRequest {
  return {
    name: batch.name,
    ...(batch.version === null ? {} : { version: batch.version }),
    ...(batch.storageBackend === null ? {} : { storage_backend: batch.storageBackend }),
    parallel_limit: batch.parallelLimit,
    rollback_enabled: batch.rollbackEnabled,
    on_failure: batch.onFailure,
    // Safe cast: a spec is the operation of the request that the contract admitted, with all defaults.
    operations: operations.map(
      ({ spec: { planned: _planned, ...spec } }) => spec as unknown as BatchRequest['operations'][number],
    ),
  };
}

/** A batch in a list, with its first operations. */
export function presentBatchSummary(batch: Batch & { operations: OperationSummary[] }): BatchSummary {
  return {
    batch_id: batch.id,
    name: batch.name,
    status: batch.status,
    created_at: batch.createdAt.toISOString(),
    operations: batch.operations.map(presentSummary),
    ...presentAdditions(batch, batch.total === 0 ? 100 : percent(batch.completed / batch.total)),
  };
}

/** A batch with all its details. */
export function presentBatch({
  batch,
  operations,
  waitingFor,
  resumedBy,
  planId,
}: {
  batch: Batch;
  operations: Operation[];
  waitingFor: WaitingFor | null;
  resumedBy: string | null;
  planId: string | null;
}): WireBatch {
  const done = operations.reduce((sum, operation) => sum + shareDone(operation), 0);
  return {
    batch_id: batch.id,
    name: batch.name,
    status: batch.status,
    created_at: batch.createdAt.toISOString(),
    operations: operations.map(presentOperation),
    ...presentAdditions(batch, percent(done / operations.length)),
    waiting_for: waitingFor && presentWaitingFor(waitingFor),
    resumed_by: resumedBy,
    plan_id: planId,
  };
}

function presentAdditions(batch: Batch, progress: number) {
  return {
    version: batch.version,
    storage_backend: batch.storageBackend,
    parallel_limit: batch.parallelLimit,
    rollback_enabled: batch.rollbackEnabled,
    on_failure: batch.onFailure,
    resume_of: batch.resumeOf,
    infras: [...batch.infras],
    operations_count: batch.total,
    progress,
    started_at: batch.startedAt?.toISOString() ?? null,
    completed_at: batch.completedAt?.toISOString() ?? null,
    cancel_requested_at: batch.cancelRequestedAt?.toISOString() ?? null,
    created_by: batch.createdByName,
    error: shortened(batch.error),
  };
}

function presentSummary(operation: OperationSummary): BatchOperation {
  return {
    id: operation.id,
    status: statusOf(operation),
    progress: percent(shareDone(operation)),
    task_id: operation.taskId,
  };
}

function presentOperation(operation: Operation): BatchOperation {
  const { spec } = operation;
  return Object.assign(presentSummary(operation), {
    results: resultsOf(operation),
    ...(spec.type === 'undo' ? {} : { type: spec.type }),
    provider: spec.provider ?? null,
    infra: spec.infra,
    dependencies: [...spec.dependencies],
    attempt: operation.attempt,
    current_step: operation.completedAt ? null : operation.currentStep,
    started_at: operation.startedAt?.toISOString() ?? null,
    completed_at: operation.completedAt?.toISOString() ?? null,
    error: shortened(operation.error),
    waiting_for: operation.waitingFor && presentWaitingFor(operation.waitingFor),
    kept: operation.kept,
  });
}

/** An operation that was undone is no longer completed. */
function statusOf({ status, undo }: OperationSummary): BatchOperation['status'] {
  if (undo === 'Completed') return 'RolledBack';
  if (undo && undo !== 'Failed' && undo !== 'Cancelled') return 'RollingBack';
  return API_STATUS[status];
}

interface ReportedResource {
  kind: string;
  infra: string;
  name: string;
  action: MadeResource['change'];
  driver: string | null;
  after: Record<string, unknown> | null;
}

function resultsOf({ data, outputTail, completedAt }: Operation): OperationResults | null {
  if (!data || !completedAt) return null;
  // Safe cast: a result was parsed by the executor before it was stored.
  const { result, resources = [] } = data as {
    result?: { message?: string };
    resources?: ReportedResource[];
  };
  const driver = resources.find((resource) => resource.driver)?.driver;
  return {
    ...(driver ? { driver } : {}),
    ...(result?.message ? { message: result.message.slice(0, 4096) } : {}),
    resources: resources.filter(({ kind }) => isKind(kind)).map(presentResource),
    output: outputTail,
  };
}

type MadeResource = NonNullable<OperationResults['resources']>[number];
function presentResource({ kind, infra, name, action, after }: ReportedResource): MadeResource {
  return {
    // Safe cast: resources of other kinds were left out.
    kind: kind as MadeResource['kind'],
    infra,
    name,
    change: action,
    ...(after ? { attributes: attributesOf(after) } : {}),
  };
}

function percent(fraction: number): number {
  return Math.round(fraction * 1000) / 10;
}

function shortened(error: string | null): string | null {
  return error && error.length > 4096 ? `${error.slice(0, 4095)}…` : error;
}
