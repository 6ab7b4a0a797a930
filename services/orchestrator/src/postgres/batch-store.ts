import type { Knex } from 'knex';
import type {
  Batch,
  BatchStatus,
  NewBatch,
  NewOperation,
  OnFailure,
  Operation,
  OperationSpec,
  OperationSummary,
} from '../domain/batch/batch.js';
import type {
  BatchFilter,
  BatchStore,
  CancelOutcome,
  FoundBatch,
  IdempotencyKey,
  SubmitBatchOutcome,
} from '../domain/ports.js';
import type { TaskStatus, WaitingFor } from '../domain/task/task.js';
import { rowsOf } from './rows.js';
import { storableJson } from './storable.js';
import { readTally } from './tallies.js';
import { lockColumns, waitingFor, waitingForLock, type LockRow } from './waiting.js';

/** Of a batch in a list. */
const LISTED_OPERATIONS = 100;

interface BatchRow {
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
  created_by_name: string;
  created_at: Date;
  started_at: Date | null;
  completed_at: Date | null;
  cancel_requested_at: Date | null;
  error: string | null;
}

interface SummaryRow {
  id: string;
  batch_id: string;
  op_key: string;
  status: TaskStatus;
  undo: TaskStatus | null;
  total_steps: number | null;
  done_steps: number | null;
}

interface OperationRow extends SummaryRow {
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
  kept_from: string | null;
}

const SUMMARY = `
  t.id, t.batch_id, t.op_key, t.status, p.total_steps, p.done_steps,
  (select u.status from tasks u where u.compensates = t.id) as undo
  from tasks t left join task_progress p on p.task_id = t.id`;

/** Batches as the API sees them. */
export class PostgresBatchStore implements BatchStore {
  constructor(private readonly database: Knex) {}

  async submit(
    batch: NewBatch,
    operations: readonly NewOperation[],
    idempotency: IdempotencyKey | undefined,
  ): Promise<SubmitBatchOutcome> {
    const { principal = null, key = null, requestHash = null } = idempotency ?? {};
    const [submitted] = await rowsOf<{
      batch_id: string;
      outcome: SubmitBatchOutcome['outcome'];
      ready: string[];
    }>(this.database, 'select * from submit_batch(?::jsonb, ?::jsonb, ?, ?, ?)', [
      JSON.stringify(storableJson(batchRow(batch))),
      JSON.stringify(storableJson(operations.map(operationRow))),
      ...[principal, key, requestHash],
    ]);
    if (!submitted || submitted.outcome === 'conflict') return { outcome: 'conflict' };
    const { outcome, batch_id: batchId, ready } = submitted;
    return outcome === 'created' ? { outcome, batchId, ready } : { outcome, batchId };
  }

  async list({
    status,
    limit,
    offset,
  }: BatchFilter): Promise<{ batches: (Batch & { operations: OperationSummary[] })[]; total: number }> {
    const query = this.database<BatchRow>('batches').select<BatchRow[]>('*').where({ kind: 'batch' });
    const [rows, total] = await Promise.all([
      (status ? query.andWhere({ status }) : query).orderBy('id', 'desc').limit(limit).offset(offset),
      this.#count(status),
    ]);
    const operations = await rowsOf<SummaryRow>(
      this.database,
      `select listed.* from unnest(?::uuid[]) as of_batch cross join lateral (
         select ${SUMMARY} where t.batch_id = of_batch and t.kind = 'operation' order by t.seq limit ${LISTED_OPERATIONS}
       ) listed`,
      [rows.map(({ id }) => id)],
    );
    const byBatch = groupByBatch(operations);
    return {
      batches: rows.map((row) => ({
        ...toBatch(row),
        operations: (byBatch.get(row.id) ?? []).map(toSummary),
      })),
      total,
    };
  }

  async summary(id: string): Promise<{ batch: Batch; operations: OperationSummary[] } | undefined> {
    const row = await this.#row(id);
    if (!row) return undefined;
    const operations = await rowsOf<SummaryRow>(
      this.database,
      `select ${SUMMARY} where t.batch_id = ? and t.kind = 'operation' order by t.seq`,
      [id],
    );
    return { batch: toBatch(row), operations: operations.map(toSummary) };
  }

  async find(id: string): Promise<FoundBatch | undefined> {
    const row = await this.#row(id);
    if (!row) return undefined;
    const operations = await rowsOf<OperationRow>(
      this.database,
      `select t.depends_on, t.run_after, t.attempt, t.started_at, t.completed_at, t.error, t.output_tail,
              t.kept_from, p.current_step, s.spec, r.data, summary.*
         from (select ${SUMMARY} where t.batch_id = :id and t.kind = 'operation') summary
         join tasks t on t.id = summary.id
         join task_specs s on s.task_id = t.id
         left join task_progress p on p.task_id = t.id
         left join task_results r on r.task_id = t.id
        order by t.seq`,
      { id },
    );
    const lock = waitingForLock(row);
    return {
      batch: toBatch(row),
      operations: toOperations(operations, lock),
      waitingFor: lock,
      resumedBy: row.resumed_by,
    };
  }

  async cancel(id: string, by: string): Promise<{ outcome: CancelOutcome; ready: string[] }> {
    const [row] = await rowsOf<{ outcome: CancelOutcome; ready: string[] }>(
      this.database,
      'select * from cancel_batch(?, ?)',
      [id, by],
    );
    return row ?? { outcome: 'unknown', ready: [] };
  }

  async #row(id: string): Promise<(BatchRow & LockRow & { resumed_by: string | null }) | undefined> {
    const [row] = await rowsOf<BatchRow & LockRow & { resumed_by: string | null }>(
      this.database,
      `select b.*, (select r.id from batches r where r.resume_of = b.id) as resumed_by, ${lockColumns('b.id', `b.status = 'Pending'`)} from batches b where b.id = ?`,
      [id],
    );
    return row;
  }

  async #count(status: BatchStatus | undefined): Promise<number> {
    const { submitted, completed, failed, cancelled, rolledBack } = await readTally(this.database, ['batch']);
    switch (status) {
      case undefined:
        return submitted;
      case 'Completed':
        return completed;
      case 'Failed':
        return failed;
      case 'Cancelled':
        return cancelled;
      case 'RolledBack':
        return rolledBack;
      default: {
        // What has not ended: few beside all there ever were.
        const [row] = await rowsOf<{ n: number }>(
          this.database,
          `select count(*)::int as n from batches where kind = 'batch' and status = ?`,
          [status],
        );
        return row?.n ?? 0;
      }
    }
  }
}

function batchRow(batch: NewBatch) {
  return {
    id: batch.id,
    name: batch.name,
    version: batch.version,
    storage_backend: batch.storageBackend,
    parallel_limit: batch.parallelLimit,
    rollback_enabled: batch.rollbackEnabled,
    on_failure: batch.onFailure,
    resume_of: batch.resumeOf,
    infras: batch.infras,
    created_by: batch.createdBy,
    created_by_name: batch.createdByName,
    request_id: batch.requestId,
    traceparent: batch.traceparent ?? null,
  };
}

/** An operation as `submit_batch` takes it. */
export function operationRow(operation: NewOperation) {
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
    spec,
  };
}

function groupByBatch(rows: readonly SummaryRow[]): Map<string, SummaryRow[]> {
  const groups = new Map<string, SummaryRow[]>();
  for (const row of rows) {
    const group = groups.get(row.batch_id);
    if (group) group.push(row);
    else groups.set(row.batch_id, [row]);
  }
  return groups;
}

function toBatch(row: BatchRow): Batch {
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
    createdByName: row.created_by_name,
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    cancelRequestedAt: row.cancel_requested_at,
    error: row.error,
  };
}

function toSummary(row: SummaryRow): OperationSummary {
  return {
    taskId: row.id,
    id: row.op_key,
    status: row.status,
    undo: row.undo,
    totalSteps: row.total_steps,
    doneSteps: row.done_steps,
  };
}

function toOperations(rows: readonly OperationRow[], lock: WaitingFor | null): Operation[] {
  const unfinished = new Map(
    rows.filter(({ status }) => status !== 'Completed').map((row) => [row.id, row.op_key]),
  );
  let place = 0;
  return rows.map((row) => ({
    ...toSummary(row),
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
    kept: row.kept_from !== null,
  }));
}

/** As `waitingFor` tells of one task, of all operations of a batch at once. */
function waitingForInBatch(
  row: OperationRow,
  lock: WaitingFor | null,
  unfinished: ReadonlyMap<string, string>,
  nextPlace: () => number,
): WaitingFor | null {
  const limitPlace = row.status === 'Waiting' ? nextPlace() : null;
  if (lock && (row.status === 'Blocked' || row.status === 'Waiting')) return lock;
  return waitingFor({
    status: row.status,
    run_after: row.run_after,
    limit_place: limitPlace,
    open_dependencies: row.depends_on.flatMap((id) => unfinished.get(id) ?? []).slice(0, 20),
  });
}
