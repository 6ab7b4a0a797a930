import { validate as isUuid } from 'uuid';
import { newestFirst, rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Actor } from '../../domain/audit/actor.js';
import { OPEN_BATCHES, type BatchStatus, type NewOperation } from '../../domain/batch/batch.js';
import { scopeOf } from '../../domain/access/scope.js';
import type { VisibleCheckpoints, VisibleStatistics } from '../../domain/access/visibility.js';
import type {
  CheckpointFilter,
  NewCheckpoint,
  NewRollback,
  RollbackFilter,
  RollbackStore,
} from '../../domain/rollback/rollback-store.js';
import type { SubmitBatchOutcome } from '../../domain/batch/batch-store.js';
import type { IdempotencyKey } from '../../domain/workflow/submitter.js';
import type {
  Checkpoint,
  CheckpointItem,
  IdentifiedResource,
  JournalEntry,
  Obstacle,
  Rollback,
  RollbackScope,
  RollbackStatistics,
  RollbackSummary,
  UndoOperation,
} from '../../domain/rollback/rollback.js';
import type { TaskStatus } from '../../domain/task/task.js';
import { actorText, authorshipRow } from '../audit/actor-row.js';
import { operationRow, type NewBatchRow } from '../batches/batch-rows.js';
import { recordEvent } from '../events/record-event.js';
import { jsonList } from '../json-list.js';
import { toEntry, type JournalRow } from '../journal/journal-rows.js';

import { PostgresScopeStore } from '../access/scope-store.js';
import { notLike, onlyVisible } from '../access/visible-rows.js';
import { readTally } from '../state/tallies.js';

interface CheckpointRow {
  id: string;
  name: string;
  description: string | null;
  infras: string[] | null;
  journal_seq: string;
  operations_count: number;
  bytes: string;
  created_by: string;
  created_by_name: string;
  created_at: Date;
}

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

/** Stores checkpoints and rollbacks, and reads the journal for them. */
export class PostgresRollbackStore implements RollbackStore {
  constructor(
    private readonly database: Knex,
    private readonly scopes = new PostgresScopeStore(database),
  ) {}

  async createCheckpoint(
    { id, name, description, infras, createdBy, createdByName, actor }: NewCheckpoint,
    idempotency: IdempotencyKey | undefined,
  ): Promise<{ outcome: 'created' | 'replayed'; id: string } | { outcome: 'conflict' }> {
    const { principal = null, key = null, requestHash = null } = idempotency ?? {};
    const row = { id, name, description, infras, created_by: createdBy, created_by_name: createdByName };
    const [created] = await rowsOf<{ checkpoint_id: string; outcome: 'created' | 'replayed' | 'conflict' }>(
      this.database,
      'select * from create_checkpoint(?::jsonb, ?, ?, ?, ?::jsonb)',
      [JSON.stringify(row), principal, key, requestHash, actorText(actor)],
    );
    if (!created || created.outcome === 'conflict') return { outcome: 'conflict' };
    return { outcome: created.outcome, id: created.checkpoint_id };
  }

  async checkpoints({
    visible,
    ...page
  }: CheckpointFilter): Promise<{ checkpoints: Checkpoint[]; total: number }> {
    const [rows, counted] = await Promise.all([
      newestFirst(this.#visibleCheckpoints(visible).select<CheckpointRow[]>('*'), 'id', page),
      this.#visibleCheckpoints(visible).count({ total: '*' }),
    ]);
    return { checkpoints: rows.map(toCheckpoint), total: Number(counted[0]?.['total'] ?? 0) };
  }

  /** Checkpoints whose infras may all be read. */
  #visibleCheckpoints(visible: VisibleCheckpoints | undefined): Knex.QueryBuilder {
    const query = this.database<CheckpointRow>('checkpoints');
    if (!visible) return query;
    const { infras, deniedIds } = visible;
    query.whereRaw(
      `coalesce(infras, '{}') <@ ?::text[] and not exists (
         select from checkpoint_items i where i.checkpoint_id = checkpoints.id and i.infra <> all (?::text[]))`,
      [[...infras], [...infras]],
    );
    if (deniedIds.length > 0) notLike(query, 'checkpoints.id', deniedIds);
    return query;
  }

  async deleteCheckpoint(id: string, actor: Actor): ReturnType<RollbackStore['deleteCheckpoint']> {
    return this.database.transaction(async (transaction) => {
      // `submit_rollback` takes a share lock of this row: no rollback to the checkpoint begins between check and deletion.
      const checkpoint = await transaction<CheckpointRow>('checkpoints')
        .where({ id })
        .forUpdate()
        .first<CheckpointRow | undefined>();
      if (!checkpoint) return { outcome: 'unknown' };
      const user = await transaction('batches')
        .where({ kind: 'rollback' })
        .whereIn('status', OPEN_BATCHES)
        .whereRaw(`(scope ->> 'checkpoint_id')::uuid = ?::uuid`, [id])
        .first<{ id: string } | undefined>('id');
      if (user) return { outcome: 'in_use', rollbackId: user.id };
      await transaction('checkpoint_items').where({ checkpoint_id: id }).delete();
      await transaction('checkpoints').where({ id }).delete();
      const { name, infras } = checkpoint;
      await recordEvent(transaction, {
        type: 'told',
        status: 'Done',
        details: { action: 'checkpoint.delete', resource: `checkpoints/${id}`, name, infras },
        actor,
      });
      return { outcome: 'deleted' };
    });
  }

  async infrasOf(checkpointId: string): Promise<string[]> {
    const rows = await rowsOf<{ infra: string }>(
      this.database,
      `select distinct infra from checkpoint_items where checkpoint_id = :id
       union select unnest(infras) from checkpoints where id = :id`,
      { id: checkpointId },
    );
    return rows.map(({ infra }) => infra);
  }

  async checkpointedInfras(): Promise<string[]> {
    const rows = await rowsOf<{ infra: string }>(
      this.database,
      'select distinct infra from checkpoint_items union select unnest(infras) from checkpoints',
    );
    return rows.map(({ infra }) => infra);
  }

  async checkpoint(id: string): Promise<Checkpoint | undefined> {
    // The contract does not require ids in bodies to be UUIDs: any other text is an unknown id.
    if (!isUuid(id)) return undefined;
    const row = await this.database<CheckpointRow>('checkpoints')
      .where({ id })
      .first<CheckpointRow | undefined>();
    return row && toCheckpoint(row);
  }

  async items(checkpointId: string): Promise<CheckpointItem[]> {
    return this.database<CheckpointItem & { checkpoint_id: string }>('checkpoint_items')
      .where({ checkpoint_id: checkpointId })
      .select('infra', 'kind', 'name', 'provider', 'driver', 'body')
      .orderBy(['infra', 'kind', 'name']);
  }

  async changesAfter(seq: number, infras: readonly string[]): Promise<JournalEntry[]> {
    const rows = await rowsOf<JournalRow>(
      this.database,
      'select * from changes_after(?) where infra = any (?::text[]) order by seq desc',
      [seq, [...infras]],
    );
    return rows.map(toEntry);
  }

  async historyAfter(seq: number, infras?: readonly string[]): Promise<JournalEntry[]> {
    const rows = await rowsOf<JournalRow>(
      this.database,
      `select * from journal
        where seq > :seq and state in ('done', 'undone', 'unknown')
          and (:infras::text[] is null or infra = any (:infras::text[]))
        order by seq desc`,
      { seq, infras: infras ? [...infras] : null },
    );
    return rows.map(toEntry);
  }

  madeHere(resources: readonly IdentifiedResource[]): Promise<IdentifiedResource[]> {
    return rowsOf<IdentifiedResource>(
      this.database,
      `select * from jsonb_to_recordset(?::jsonb) as t (infra text, kind text, name text, id text)
        where exists (select from journal j
                       where (j.infra, j.kind, j.name, j.change) = (t.infra, t.kind, t.name, 'create')
                         and j.resource_id = journal_id(t.id) and j.state in ('done', 'undone'))`,
      [JSON.stringify(resources)],
    );
  }

  async changesOf(operationId: string): Promise<JournalEntry[]> {
    const rows = await rowsOf<JournalRow>(
      this.database,
      `select journal.* from journal join tasks on tasks.id = journal.task_id
        where journal.state = 'done' and (tasks.id::text = :id or (tasks.op_key = :id and tasks.kind = 'operation'
                                                                  and tasks.program <> 'undo'))
        order by seq desc`,
      { id: operationId },
    );
    return rows.map(toEntry);
  }

  async position(): Promise<number> {
    const [row] = await rowsOf<{ seq: string }>(
      this.database,
      'select coalesce(max(seq), 0) as seq from journal',
    );
    return Number(row?.seq ?? 0);
  }

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
    const row: NewBatchRow = {
      ...authorshipRow(rollback),
      id: rollback.id,
      kind: 'rollback',
      scope: rollback.scope,
      impossible: rollback.impossible,
      name: 'rollback',
      parallel_limit: 1,
      rollback_enabled: false,
      on_failure: 'stop',
      infras: rollback.infras,
      scope_id: scope!,
    };
    const [submitted] = await rowsOf<{
      batch_id: string;
      outcome: SubmitBatchOutcome['outcome'] | 'busy' | 'stale';
      holder: string;
    }>(this.database, 'select * from submit_rollback(?::jsonb, ?::jsonb, ?, ?, ?, ?)', [
      JSON.stringify(row),
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
    const [rows, counted] = await Promise.all([
      newestFirst(matching().select<(RollbackRow & Counts)[]>('*'), 'id', page),
      matching().count({ total: '*' }) as Promise<{ total: string }[]>,
    ]);
    const rollbacks = rows.map(({ total, completed, failed, ...row }) => ({
      ...toRollback(row),
      total,
      completed,
      failed,
    }));
    return { rollbacks, total: Number(counted[0]?.total ?? 0) };
  }

  async statistics(visible: VisibleStatistics | undefined): Promise<RollbackStatistics> {
    if (visible) return this.#visibleStatistics(visible);
    const [tally, counted] = await Promise.all([
      readTally(this.database, ['rollback_batch']),
      this.database('checkpoints').count({ total: '*' }),
    ]);
    return {
      checkpoints: Number(counted[0]?.['total'] ?? 0),
      rollbacks: tally.submitted,
      succeeded: tally.completed,
      failed: tally.failed + tally.cancelled,
      seconds: tally.seconds,
    };
  }

  async #visibleStatistics({ checkpoints, rollbacks }: VisibleStatistics): Promise<RollbackStatistics> {
    const query = this.database('batches').where({ kind: 'rollback' });
    onlyVisible(query, 'batches', rollbacks);
    const [counted, rows] = await Promise.all([
      this.#visibleCheckpoints(checkpoints).count({ total: '*' }) as Promise<{ total: string }[]>,
      query
        .select<{ status: BatchStatus; n: string; seconds: number | null }[]>(
          'status',
          this.database.raw('count(*) as n'),
          this.database.raw('sum(extract(epoch from completed_at - started_at))::float as seconds'),
        )
        .groupBy('status'),
    ]);
    const count = (...wanted: Rollback['status'][]) =>
      rows.reduce((sum, { status, n }) => sum + (wanted.includes(STATUS[status]) ? Number(n) : 0), 0);
    return {
      checkpoints: Number(counted[0]?.total ?? 0),
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

function toCheckpoint(row: CheckpointRow): Checkpoint {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    infras: row.infras,
    journalSeq: Number(row.journal_seq),
    operationsCount: row.operations_count,
    bytes: Number(row.bytes),
    createdBy: row.created_by,
    createdByName: row.created_by_name,
    createdAt: row.created_at,
  };
}
