import { containing, inSlices, newestFirst, rowsOf, countOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { scopeOf } from '../../domain/access/scope.js';
import type { Batch, NewBatch, NewOperation, OperationSummary } from '../../domain/batch/batch.js';
import type {
  BatchFilter,
  BatchStore,
  FoundBatch,
  SubmitBatchOutcome,
} from '../../domain/batch/batch-store.js';
import type { CancelOutcome } from '../../domain/task/task-store.js';
import type { IdempotencyKey } from '../../domain/workflow/submitter.js';
import {
  batchRow,
  operationRow,
  toBatch,
  toOperations,
  toSummary,
  type BatchRow,
  type OperationRow,
  type SummaryRow,
} from './batch-rows.js';
import type { Actor } from '../../domain/audit/actor.js';
import { actorText } from '../audit/actor-row.js';
import { grouped } from '../grouped.js';
import { jsonList } from '../json-list.js';
import { PostgresScopeStore } from '../access/scope-store.js';
import { areTallied, countIn, readTally } from '../state/tallies.js';
import { onlyVisible } from '../access/visible-rows.js';
import { createdBetween } from '../created-between.js';
import { lockColumns, waitingForLock, type LockRow } from '../tasks/waiting.js';

/** Number of operations of a batch in a list. */
const LISTED_OPERATIONS = 100;

const SUMMARY = `
  t.id, t.batch_id, t.op_key, t.status, t.kept_from, p.total_steps, p.done_steps,
  (select u.status from tasks u where u.compensates = t.id) as undo
  from tasks t left join task_progress p on p.task_id = t.id`;

/** Stores and reads batches for the API. */
export class PostgresBatchStore implements BatchStore {
  constructor(
    private readonly database: Knex,
    private readonly scopes = new PostgresScopeStore(database),
  ) {}

  async submit(
    batch: NewBatch,
    operations: readonly NewOperation[],
    idempotency: IdempotencyKey | undefined,
  ): Promise<SubmitBatchOutcome> {
    const { principal = null, key = null, requestHash = null } = idempotency ?? {};
    const scopes = await inSlices(operations, ({ acts }) => scopeOf(batch.createdBy, acts));
    const [scope, ...ofOperations] = await this.scopes.ensure([batch.scope, ...scopes]);
    const [submitted] = await rowsOf<{
      batch_id: string;
      outcome: SubmitBatchOutcome['outcome'];
    }>(this.database, 'select * from submit_batch(?::jsonb, ?::jsonb, ?, ?, ?)', [
      JSON.stringify(batchRow(batch, scope!)),
      await jsonList(operations, (operation, index) => operationRow(operation, ofOperations[index]!)),
      principal,
      key,
      requestHash,
    ]);
    if (!submitted || submitted.outcome === 'conflict') return { outcome: 'conflict' };
    return { outcome: submitted.outcome, batchId: submitted.batch_id };
  }

  async list(
    filter: BatchFilter,
  ): Promise<{ batches: (Batch & { operations: OperationSummary[] })[]; total: number }> {
    // Without further filters, an index-only scan finds the ids of the page: earlier rows are not fetched.
    const page = newestFirst(this.database('batches').select('id'), 'id', filter);
    onlyMatchingBatches(page, filter);
    const [rows, total] = await Promise.all([
      this.database<BatchRow>('batches').select<BatchRow[]>('*').whereIn('id', page).orderBy('id', 'desc'),
      this.#count(filter),
    ]);
    const { withOperations = true } = filter;
    const operations = withOperations ? await this.#firstOperations(rows.map(({ id }) => id)) : [];
    const byBatch = grouped(operations, ({ batch_id: id }) => id);
    return {
      batches: rows.map((row) => ({
        ...toBatch(row),
        operations: (byBatch.get(row.id) ?? []).map(toSummary),
      })),
      total,
    };
  }

  #firstOperations(batches: readonly string[]): Promise<SummaryRow[]> {
    return rowsOf<SummaryRow>(
      this.database,
      `select listed.* from unnest(?::uuid[]) as of_batch cross join lateral (
         select ${SUMMARY} where t.batch_id = of_batch and t.kind = 'operation' order by t.seq limit ${LISTED_OPERATIONS}
       ) listed`,
      [[...batches]],
    );
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
      `select t.depends_on, t.run_after, t.held, t.attempt, t.started_at, t.completed_at, t.error, t.output_tail,
              p.current_step, s.spec, r.data, summary.*
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
      planId: row.plan_id,
    };
  }

  async cancel(id: string, by: string, actor?: Actor): Promise<{ outcome: CancelOutcome; ready: string[] }> {
    const [row] = await rowsOf<{ outcome: CancelOutcome; ready: string[] }>(
      this.database,
      'select * from cancel_batch(?, ?, ?::jsonb)',
      [id, by, actorText(actor)],
    );
    return row ?? { outcome: 'unknown', ready: [] };
  }

  async #row(
    id: string,
  ): Promise<(BatchRow & LockRow & { resumed_by: string | null; plan_id: string | null }) | undefined> {
    const [row] = await rowsOf<BatchRow & LockRow & { resumed_by: string | null; plan_id: string | null }>(
      this.database,
      `select b.*, (select r.id from batches r where r.resume_of = b.id) as resumed_by, (select p.id from plans p where p.run_id = b.id) as plan_id, ${lockColumns('b.id', `b.status = 'Pending'`)} from batches b where b.id = ?`,
      [id],
    );
    return row;
  }

  async #count(filter: BatchFilter): Promise<number> {
    const { statuses, name, infra, createdBy, from, to, visible } = filter;
    const namesOnlyStatuses = [name, infra, createdBy, from, to, visible].every((one) => one === undefined);
    if (namesOnlyStatuses && areTallied(statuses))
      return countIn(await readTally(this.database, ['batch']), statuses);
    const query = this.database('batches');
    onlyMatchingBatches(query, filter);
    return countOf(query);
  }
}

/** Limits a query of `batches` to those that match a filter; rollbacks are left out. */
function onlyMatchingBatches(query: Knex.QueryBuilder, filter: BatchFilter): void {
  const { statuses, name, infra, createdBy, visible } = filter;
  query.where('batches.kind', 'batch');
  if (statuses) query.whereIn('batches.status', [...statuses]);
  if (name !== undefined) query.whereRaw('batches.name ilike ?', [containing(name)]);
  if (infra !== undefined) query.whereRaw('? = any (batches.infras)', [infra]);
  if (createdBy !== undefined) query.where('batches.created_by_name', createdBy);
  createdBetween(query, 'batches', filter);
  onlyVisible(query, 'batches', visible);
}
