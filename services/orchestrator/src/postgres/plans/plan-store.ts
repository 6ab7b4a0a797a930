import { inSlices, newestFirst, rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { scopeOf } from '../../domain/access/scope.js';
import type { Actor } from '../../domain/audit/actor.js';
import type { NewBatch, NewOperation } from '../../domain/batch/batch.js';
import type { Plan, PlanDecision, PlanStatus, PlanSummary } from '../../domain/plan/plan.js';
import type { NewRollback } from '../../domain/rollback/rollback-store.js';
import type { NewTask } from '../../domain/task/task.js';
import type {
  DuePlan,
  NewPlan,
  PlanChange,
  PlanFilter,
  PlanningEnd,
  PlanningTask,
  PlanStart,
  PlanStore,
} from '../../domain/plan/plan-store.js';
import { authorshipOf, type Submitter } from '../../domain/workflow/submitter.js';
import type { PostgresScopeStore } from '../access/scope-store.js';
import { onlyVisible } from '../access/visible-rows.js';
import { actorText, authorshipRow } from '../audit/actor-row.js';
import { batchRow, operationRow, type NewBatchRow } from '../batches/batch-rows.js';
import { jsonList } from '../json-list.js';
import { readingEnd, readingTaskRow } from '../state/reading-task.js';
import { rollbackRow } from '../rollbacks/rollback-rows.js';
import { jsonOf } from '../storable.js';
import { taskRow } from '../tasks/task-submissions.js';
import {
  SUMMARY_COLUMNS,
  toPlan,
  toPlanSummary,
  type DecisionRow,
  type NewPlanRow,
  type PlanRow,
} from './plan-rows.js';

/** Stores plans. Each change of a status is a compare-and-set in SQL (functions/58_plans.sql). */
export class PostgresPlanStore implements PlanStore {
  constructor(
    private readonly database: Knex,
    private readonly scopes: PostgresScopeStore,
  ) {}

  async submit(
    { id, kind, name, request, infras, scope }: NewPlan,
    task: PlanningTask | null,
    submitter: Submitter,
  ): Promise<{ outcome: 'created' | 'replayed'; id: string } | { outcome: 'conflict' }> {
    const [scopeId] = await this.scopes.ensure([scope]);
    const row: NewPlanRow = {
      ...authorshipRow(authorshipOf(submitter)),
      id,
      kind,
      name,
      request,
      infras,
      scope_id: scopeId!,
      planning_task: task?.id ?? null,
    };
    const { principal = null, key = null, requestHash = null } = submitter.idempotency ?? {};
    const [submitted] = await rowsOf<{ plan_id: string; outcome: 'created' | 'replayed' | 'conflict' }>(
      this.database,
      'select * from submit_plan(?::jsonb, ?::jsonb, ?, ?, ?)',
      [JSON.stringify(row), task && (await this.#taskText(task, submitter)), principal, key, requestHash],
    );
    if (!submitted || submitted.outcome === 'conflict') return { outcome: 'conflict' };
    return { outcome: submitted.outcome, id: submitted.plan_id };
  }

  async find(id: string): Promise<Plan | undefined> {
    const [row] = await rowsOf<PlanRow>(
      this.database,
      `select ${SUMMARY_COLUMNS}, request, planning_task, verification_task, executor, inputs, content, moved, requirements
         from plans where id = ?`,
      [id],
    );
    if (!row) return undefined;
    const decisions = await rowsOf<DecisionRow>(
      this.database,
      `select user_id, username, decision, comment, decided_at from plan_decisions
        where plan_id = ? order by decided_at, user_id`,
      [id],
    );
    return toPlan(row, decisions);
  }

  async list(filter: PlanFilter): Promise<{ plans: PlanSummary[]; total: number }> {
    const page = newestFirst(this.database('plans').select('id'), 'id', filter);
    onlyMatching(page, filter);
    const counted = this.database('plans').count({ total: '*' });
    onlyMatching(counted, filter);
    const [rows, [row]] = await Promise.all([
      this.database('plans')
        .select<PlanRow[]>(this.database.raw(SUMMARY_COLUMNS))
        .whereIn('id', page)
        .orderBy('id', 'desc'),
      // Safe cast: Knex types the rows of a count as any; Postgres returns a bigint as text.
      counted as Promise<{ total: string }[]>,
    ]);
    return { plans: rows.map(toPlanSummary), total: Number(row?.total ?? 0) };
  }

  async submitTask(task: PlanningTask, submitter: Submitter): Promise<void> {
    await rowsOf(this.database, 'select * from submit_tasks(jsonb_build_array(?::jsonb))', [
      await this.#taskText(task, submitter),
    ]);
  }

  async endOf(taskId: string): Promise<PlanningEnd | undefined> {
    return readingEnd<unknown>(this.database, taskId);
  }

  async giveUp(taskId: string, by: string): Promise<void> {
    await rowsOf(this.database, 'select * from cancel_task(?, ?)', [taskId, by]);
  }

  change(
    id: string,
    from: readonly PlanStatus[],
    to: PlanStatus,
    change: PlanChange = {},
    actor?: Actor,
  ): Promise<boolean> {
    return this.#change(this.database, id, from, to, change, actor);
  }

  planned(id: string, change: PlanChange, isApproved: boolean): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const isPlanned = await this.#change(transaction, id, ['Planning'], 'Planned', change);
      if (isPlanned && isApproved) await this.#change(transaction, id, ['Planned'], 'Approved');
      return isPlanned;
    });
  }

  decide(
    id: string,
    {
      userId,
      username,
      sessionId,
      decision,
      comment,
      digest,
    }: Omit<PlanDecision, 'decidedAt'> & {
      sessionId: string;
      digest: string;
    },
    actor: Actor,
  ): Promise<boolean> {
    const row = { user_id: userId, username, session_id: sessionId, decision, comment, digest };
    return this.#isDone('decide_plan(?, ?::jsonb, ?::jsonb)', [id, JSON.stringify(row), actorText(actor)]);
  }

  withdraw(id: string, userId: string, actor: Actor): Promise<boolean> {
    return this.#isDone('withdraw_plan_approval(?, ?, ?::jsonb)', [id, userId, actorText(actor)]);
  }

  async beginExecution(
    id: string,
    runId: string,
    { idempotency: _key, ...executor }: Submitter,
  ): Promise<{ outcome: 'started' | 'running'; runId: string } | { outcome: 'expired' | 'refused' }> {
    const [row] = await rowsOf<{ outcome: 'started' | 'running' | 'expired' | 'refused'; run_id: string }>(
      this.database,
      'select * from begin_plan_execution(?, ?, ?::jsonb, ?::jsonb)',
      [id, runId, JSON.stringify(executor), actorText(executor.actor)],
    );
    if (!row) return { outcome: 'refused' };
    const { outcome, run_id: run } = row;
    return outcome === 'started' || outcome === 'running' ? { outcome, runId: run } : { outcome };
  }

  async verify(id: string, task: PlanningTask, submitter: Submitter): Promise<boolean> {
    return this.#isDone('verify_plan(?, ?::jsonb)', [id, await this.#taskText(task, submitter)]);
  }

  async hasLocks(runId: string): Promise<boolean> {
    const [row] = await rowsOf<{ granted: boolean }>(
      this.database,
      'select bool_and(granted_at is not null) as granted from locks where holder_id = ?',
      [runId],
    );
    return row?.granted === true;
  }

  startBatch(start: PlanStart, batch: NewBatch, operations: readonly NewOperation[]): Promise<boolean> {
    return this.#start(start, (id) => batchRow(batch, id), { ...batch, operations });
  }

  startRollback(
    start: PlanStart,
    rollback: NewRollback,
    operations: readonly NewOperation[],
  ): Promise<boolean> {
    const { createdBy, accessScope: scope } = rollback;
    return this.#start(start, (id) => rollbackRow(rollback, id), { createdBy, scope, operations });
  }

  async startTask(
    { id, verification }: PlanStart,
    task: NewTask,
    spec: Record<string, unknown>,
  ): Promise<boolean> {
    const [scopeId] = await this.scopes.ensure([task.scope]);
    const row = { ...taskRow({ task, scopeId: scopeId!, idempotency: undefined }), spec };
    return this.#isDone('start_planned_task(?, ?, ?::jsonb)', [id, verification, JSON.stringify(row)]);
  }

  async #start(
    { id, verification }: PlanStart,
    rowOf: (scopeId: string) => NewBatchRow,
    {
      createdBy,
      scope,
      operations,
    }: Pick<NewBatch, 'createdBy' | 'scope'> & {
      operations: readonly NewOperation[];
    },
  ): Promise<boolean> {
    const ofOperations = await inSlices(operations, ({ acts }) => scopeOf(createdBy, acts));
    const [scopeId, ...scopes] = await this.scopes.ensure([scope, ...ofOperations]);
    const [row] = await rowsOf<{ ready: string[] | null }>(
      this.database,
      'select start_planned_batch(?, ?, ?::jsonb, ?::jsonb) as ready',
      [
        id,
        verification,
        JSON.stringify(rowOf(scopeId!)),
        await jsonList(operations, (operation, index) => operationRow(operation, scopes[index]!)),
      ],
    );
    return row?.ready != null;
  }

  due(limit: number): Promise<DuePlan[]> {
    return rowsOf<DuePlan>(
      this.database,
      `select id, what from (
         select p.id, case
                  when p.status = 'Planning' and is_terminal(t.status) then 'planned'
                  -- The process that was planning it has ended.
                  when p.status = 'Planning' and p.planning_task is null and p.created_at < now() - interval '2 minutes' then 'planned'
                  when p.status in ('Planned', 'Approved') and p.expires_at <= now() then 'expired'
                  when p.status = 'Executing' and is_terminal(v.status) then 'verified'
                  when p.status = 'Executing' and p.verification_task is null and exists (
                    select from locks where holder_id = p.run_id and granted_at is not null) then 'granted' end as what
           from plans p left join tasks t on t.id = p.planning_task left join tasks v on v.id = p.verification_task
          where p.status in ('Planning', 'Planned', 'Approved', 'Executing')) open
        where what is not null order by id limit ?`,
      [limit],
    );
  }

  #change(
    database: Knex,
    id: string,
    from: readonly PlanStatus[],
    to: PlanStatus,
    change: PlanChange = {},
    actor?: Actor,
  ): Promise<boolean> {
    return this.#isDone(
      'change_plan(?, ?::text[], ?, ?::jsonb, ?::jsonb)',
      [id, [...from], to, jsonOf(change), actorText(actor)],
      database,
    );
  }

  /** Calls a function that returns a boolean. */
  async #isDone(call: string, bindings: Knex.RawBinding[], database = this.database): Promise<boolean> {
    const [row] = await rowsOf<{ done: boolean }>(database, `select ${call} as done`, bindings);
    return row?.done === true;
  }

  async #taskText({ id, name, infras, spec }: PlanningTask, submitter: Submitter): Promise<string> {
    return JSON.stringify(
      await readingTaskRow({ id, name, infras, spec: { ...spec } }, submitter, this.scopes),
    );
  }
}

function onlyMatching(query: Knex.QueryBuilder, { statuses, ids, infra, visible }: PlanFilter): void {
  if (statuses) query.whereIn('plans.status', [...statuses]);
  if (ids) query.whereIn('plans.id', [...ids]);
  if (infra !== undefined) query.whereRaw('plans.infras @> array[?]', [infra]);
  onlyVisible(query, 'plans', visible);
}
