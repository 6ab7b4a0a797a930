import { newestFirst, rowsOf, countOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { BatchStatus, NewOperation } from '../../domain/batch/batch.js';
import { scopeOf } from '../../domain/access/scope.js';
import type { VisibleRows } from '../../domain/access/visibility.js';
import type { NewRollback, RollbackFilter, RollbackStore } from '../../domain/rollback/rollback-store.js';
import type { SubmitBatchOutcome } from '../../domain/batch/batch-store.js';
import type { IdempotencyKey } from '../../domain/workflow/submitter.js';
import type {
  Obstacle,
  Rollback,
  RollbackScope,
  RollbackSummary,
  UndoOperation,
} from '../../domain/rollback/rollback.js';
import type { TaskStatus } from '../../domain/task/task.js';
import { operationRow } from '../batches/batch-rows.js';
import { jsonList } from '../json-list.js';
import { PostgresScopeStore } from '../access/scope-store.js';
import { rollbackRow } from './rollback-rows.js';
import { onlyVisible } from '../access/visible-rows.js';
import { readTally } from '../state/tallies.js';

interface RollbackRow {
  id: string;
  scope: RollbackScope;
  impossible: Obstacle[] | null;
  status: BatchStatus;
  infras: string[];
  scope_id: string | null;
  created_by: string;
  created_by_name: string;
  created_at: Date;
  started_at: Date | null;
  completed_at: Date | null;
}

interface UndoRow {
  undoes: string;
  along: { operationId: string; changes: number }[] | null;
  changes: number;
  status: TaskStatus;
  error: string | null;
  already_gone: number;
}

/** Stores rollbacks. */
export class PostgresRollbackStore implements RollbackStore {
  constructor(
    private readonly database: Knex,
    private readonly scopes = new PostgresScopeStore(database),
  ) {}

  async submit(
    rollback: NewRollback,
    operations: readonly NewOperation[],
    position: number,
    idempotency: IdempotencyKey | undefined,
  ): ReturnType<RollbackStore['submit']> {
    const { principal = null, key = null, requestHash = null } = idempotency ?? {};
    const [scope, ...ofOperations] = await this.scopes.ensure([
      rollback.accessScope,
      ...operations.map(({ acts }) => scopeOf(rollback.createdBy, acts)),
    ]);
    const [submitted] = await rowsOf<{
      batch_id: string;
      outcome: SubmitBatchOutcome['outcome'] | 'busy' | 'stale';
      holder: string;
    }>(this.database, 'select * from submit_rollback(?::jsonb, ?::jsonb, ?, ?, ?, ?)', [
      JSON.stringify(rollbackRow(rollback, scope!)),
      await jsonList(operations, (operation, index) => operationRow(operation, ofOperations[index]!)),
      principal,
      key,
      requestHash,
      position,
    ]);
    if (!submitted || submitted.outcome === 'conflict') return { outcome: 'conflict' };
    const { outcome, batch_id: batchId, holder: holderId } = submitted;
    if (outcome === 'busy') return { outcome, holderId };
    if (outcome === 'stale') return { outcome };
    return { outcome, batchId };
  }

  async find(id: string): Promise<Rollback | undefined> {
    const [row] = await rowsOf<RollbackRow>(
      this.database,
      `select * from batches where id = ? and kind = 'rollback'`,
      [id],
    );
    if (!row) return undefined;
    const operations = await rowsOf<UndoRow>(
      this.database,
      `select s.spec ->> 'undoes' as undoes, s.spec -> 'along' as along, jsonb_array_length(s.spec -> 'changes') as changes, t.status, t.error,
              coalesce(jsonb_array_length(r.data #> '{result,data,already_gone}'), 0) as already_gone
         from tasks t join task_specs s on s.task_id = t.id left join task_results r on r.task_id = t.id
        where t.batch_id = ? order by t.seq`,
      [id],
    );
    return {
      ...toRollback(row),
      impossible: row.impossible ?? [],
      operations: operations.flatMap(toUndoOperations),
    };
  }

  async list({
    statuses,
    visible,
    ...page
  }: RollbackFilter): Promise<{ rollbacks: RollbackSummary[]; total: number }> {
    const matching = () => {
      const query = this.database('batches').where({ kind: 'rollback' });
      if (statuses) query.whereIn('status', storedStatuses(statuses));
      onlyVisible(query, 'batches', visible);
      return query;
    };
    const [rows, total] = await Promise.all([
      newestFirst(matching().select<(RollbackRow & Counts)[]>('*'), 'id', page),
      countOf(matching()),
    ]);
    const rollbacks = rows.map(({ total, completed, failed, ...row }) => ({
      ...toRollback(row),
      total,
      completed,
      failed,
    }));
    return { rollbacks, total };
  }

  async statistics(visible?: VisibleRows): ReturnType<RollbackStore['statistics']> {
    if (visible) return this.#visibleStatistics(visible);
    const tally = await readTally(this.database, ['rollback_batch']);
    return {
      rollbacks: tally.submitted,
      succeeded: tally.completed,
      failed: tally.failed + tally.cancelled,
      seconds: tally.seconds,
    };
  }

  async #visibleStatistics(visible: VisibleRows): ReturnType<RollbackStore['statistics']> {
    const query = this.database('batches').where({ kind: 'rollback' });
    onlyVisible(query, 'batches', visible);
    const rows = await query
      .select<{ status: BatchStatus; n: string; seconds: number | null }[]>(
        'status',
        this.database.raw('count(*) as n'),
        this.database.raw('sum(extract(epoch from completed_at - started_at))::float as seconds'),
      )
      .groupBy('status');
    const count = (...wanted: Rollback['status'][]) =>
      rows.reduce((sum, { status, n }) => sum + (wanted.includes(STATUS[status]) ? Number(n) : 0), 0);
    return {
      rollbacks: count('Pending', 'Running', 'Completed', 'Failed'),
      succeeded: count('Completed'),
      failed: count('Failed'),
      seconds: rows.find(({ status }) => status === 'Completed')?.seconds ?? 0,
    };
  }
}

interface Counts {
  total: number;
  completed: number;
  failed: number;
}

function toRollback(row: RollbackRow): Omit<Rollback, 'operations' | 'impossible'> {
  return {
    id: row.id,
    scope: row.scope,
    status: STATUS[row.status],
    infras: row.infras,
    scopeId: row.scope_id,
    createdBy: row.created_by,
    createdByName: row.created_by_name,
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
  };
}

/** The statuses of batches that these of rollbacks stand for. */
function storedStatuses(statuses: readonly Rollback['status'][]): BatchStatus[] {
  // Safe cast: the keys of the table are all statuses.
  return (Object.keys(STATUS) as BatchStatus[]).filter((status) => statuses.includes(STATUS[status]));
}

/** Operations whose changes the same step undoes share its status. */
function toUndoOperations({
  undoes,
  along,
  changes,
  already_gone: alreadyGone,
  ...rest
}: UndoRow): UndoOperation[] {
  return [
    { ...rest, operationId: undoes, changes, alreadyGone },
    ...(along ?? []).map((other) => ({
      ...rest,
      ...other,
      alreadyGone: alreadyGone === changes ? other.changes : 0,
    })),
  ];
}

const STATUS: Record<BatchStatus, Rollback['status']> = {
  Pending: 'Pending',
  Running: 'Running',
  RollingBack: 'Running',
  Completed: 'Completed',
  Failed: 'Failed',
  Cancelled: 'Failed',
  RolledBack: 'Failed',
};
