import type {
  Batch,
  BatchStatus,
  NewBatch,
  NewOperation,
  OnFailure,
  Operation,
  OperationSpec,
  OperationSummary,
} from '../../domain/batch/batch.js';
import type { TaskStatus, WaitingFor } from '../../domain/task/task.js';
import type { Grant } from '../../domain/access/grant.js';
import type { Obstacle, RollbackScope } from '../../domain/rollback/rollback.js';
import { authorshipRow, type AuthorshipRow } from '../audit/actor-row.js';
import { waitingFor } from '../tasks/waiting.js';

/** A row of `batches`. */
export interface BatchRow {
  id: string;
  kind: 'batch' | 'rollback';
  name: string;
  version: string | null;
  storage_backend: string | null;
  status: BatchStatus;
  parallel_limit: number;
  rollback_enabled: boolean;
  on_failure: OnFailure;
  resume_of: string | null;
  infras: string[];
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  created_by: string;
  created_by_name: string;
  scope_id: string | null;
  created_at: Date;
  started_at: Date | null;
  completed_at: Date | null;
  cancel_requested_at: Date | null;
  error: string | null;
}

/** An operation as lists show it. */
export interface SummaryRow {
  id: string;
  batch_id: string;
  op_key: string;
  status: TaskStatus;
  undo: TaskStatus | null;
  total_steps: number | null;
  done_steps: number | null;
  kept_from: string | null;
}

/** An operation with all details. */
export interface OperationRow extends SummaryRow {
  held: string | null;
  run_after: Date | null;
  spec: OperationSpec;
  depends_on: string[];
  attempt: number;
  current_step: string | null;
  started_at: Date | null;
  completed_at: Date | null;
  error: string | null;
  output_tail: string | null;
  data: Record<string, unknown> | null;
}

/** A batch as the SQL functions `submit_batch` and `submit_rollback` take it: columns of `batches`. */
export interface NewBatchRow extends AuthorshipRow {
  id: string;
  /** `batch` where absent. */
  kind?: 'batch' | 'rollback';
  name: string;
  version?: string | null;
  storage_backend?: string | null;
  parallel_limit: number;
  rollback_enabled: boolean;
  on_failure: OnFailure;
  resume_of?: string | null;
  infras: readonly string[];
  granted_on?: Grant | null;
  scope_id: string;
  /** Of a rollback. */
  scope?: RollbackScope;
  impossible?: readonly Obstacle[];
}

/** Returns the row of a new batch. */
export function batchRow(batch: NewBatch, scopeId: string): NewBatchRow {
  return {
    ...authorshipRow(batch),
    id: batch.id,
    name: batch.name,
    version: batch.version,
    storage_backend: batch.storageBackend,
    parallel_limit: batch.parallelLimit,
    rollback_enabled: batch.rollbackEnabled,
    on_failure: batch.onFailure,
    resume_of: batch.resumeOf,
    infras: batch.infras,
    granted_on: batch.grant ?? null,
    scope_id: scopeId,
  };
}

/** An operation as the SQL functions `submit_batch` and `submit_rollback` take it: columns of `tasks`, and its `spec`. */
export interface NewOperationRow {
  id: string;
  op_key: string;
  infra: string;
  seq: number;
  status: NewOperation['status'];
  /** Ids of tasks. */
  depends_on: readonly string[];
  pending_deps: number;
  runner: NewOperation['runner'];
  program: string;
  verb: readonly string[];
  args: readonly string[];
  max_attempts: number;
  repeatable: boolean;
  reconcilable: boolean;
  undoable: boolean;
  retries: number;
  timeout_seconds: number | null;
  kept_from: string | null;
  retry_of: string | null;
  scope_id: string;
  spec: OperationSpec;
}

/** Returns the row of a new operation. */
export function operationRow(operation: NewOperation, scopeId: string): NewOperationRow {
  const { spec } = operation;
  return {
    id: operation.id,
    op_key: spec.id,
    infra: spec.infra,
    seq: operation.seq,
    status: operation.status,
    depends_on: operation.dependsOn,
    pending_deps: operation.pendingDeps,
    runner: operation.runner,
    program: operation.program,
    verb: [],
    args: operation.args,
    max_attempts: operation.maxAttempts,
    repeatable: operation.repeatable,
    reconcilable: operation.reconcilable,
    undoable: operation.undoable,
    retries: operation.retries,
    timeout_seconds: operation.timeoutSeconds,
    kept_from: operation.keptFrom,
    retry_of: operation.retryOf,
    scope_id: scopeId,
    spec,
  };
}

/** Returns the batch of a row. */
export function toBatch(row: BatchRow): Batch {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    storageBackend: row.storage_backend,
    status: row.status,
    parallelLimit: row.parallel_limit,
    rollbackEnabled: row.rollback_enabled,
    onFailure: row.on_failure,
    resumeOf: row.resume_of,
    infras: row.infras,
    total: row.total,
    completed: row.completed,
    failed: row.failed,
    cancelled: row.cancelled,
    createdBy: row.created_by,
    createdByName: row.created_by_name,
    scopeId: row.scope_id,
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    cancelRequestedAt: row.cancel_requested_at,
    error: row.error,
  };
}

/** Returns the summary of a row. */
export function toSummary(row: SummaryRow): OperationSummary {
  return {
    taskId: row.id,
    id: row.op_key,
    status: row.status,
    undo: row.undo,
    totalSteps: row.total_steps,
    doneSteps: row.done_steps,
    kept: row.kept_from !== null,
  };
}

/** Returns all operations of a batch. @param lock why the whole batch waits; null if it does not */
export function toOperations(rows: readonly OperationRow[], lock: WaitingFor | null): Operation[] {
  const unfinished = new Map(
    rows.filter(({ status }) => status !== 'Completed').map((row) => [row.id, row.op_key]),
  );
  let place = 0;
  return rows.map((row) =>
    Object.assign(toSummary(row), {
      spec: row.spec,
      dependsOn: row.depends_on,
      attempt: row.attempt,
      currentStep: row.current_step,
      startedAt: row.started_at,
      completedAt: row.completed_at,
      error: row.error,
      outputTail: row.output_tail,
      data: row.data,
      waitingFor: waitingForInBatch(row, lock, unfinished, () => ++place),
    }),
  );
}

/** Computes `waitingFor` for an operation from the rows of its batch, without a query. */
function waitingForInBatch(
  row: OperationRow,
  lock: WaitingFor | null,
  unfinished: ReadonlyMap<string, string>,
  nextPlace: () => number,
): WaitingFor | null {
  const limitPlace = row.status === 'Waiting' ? nextPlace() : null;
  if (lock && row.held === null && (row.status === 'Blocked' || row.status === 'Waiting')) return lock;
  return waitingFor({
    status: row.status,
    held: row.held,
    run_after: row.run_after,
    limit_place: limitPlace,
    open_dependencies: row.depends_on.flatMap((id) => unfinished.get(id) ?? []).slice(0, 20),
  });
}
