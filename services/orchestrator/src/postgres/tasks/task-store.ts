import { BatchWriter, prepareStatement, rowsOf, countOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type {
  LogQuery,
  LogRange,
  SubmitOutcome,
  TaskFilter,
  TaskStore,
  CancelOutcome,
} from '../../domain/task/task-store.js';
import type { IdempotencyKey } from '../../domain/workflow/submitter.js';
import type {
  ListedTask,
  LogLine,
  NewTask,
  PlannedChange,
  Task,
  TaskDetails,
  TaskKind,
  TaskStatus,
} from '../../domain/task/task.js';
import type { Actor } from '../../domain/audit/actor.js';
import { actorText } from '../audit/actor-row.js';
import { notBefore } from '../id-time.js';
import { PostgresScopeStore } from '../access/scope-store.js';
import { submitTogether, type Submission } from './task-submissions.js';
import { areTallied, countIn, readTally } from '../state/tallies.js';
import { namesOnlyStatuses, onlyMatchingTasks, taskPage } from './task-page.js';
import { WAITING_COLUMNS, waitingFor, type WaitingRow } from './waiting.js';

interface TaskRow {
  id: string;
  kind: TaskKind;
  name: string;
  status: TaskStatus;
  batch_id: string | null;
  op_key: string | null;
  depends_on: string[];
  infra: string;
  check_mode: boolean;
  program: string;
  verb: string[];
  args: string[];
  attempt: number;
  created_by: string;
  created_by_name: string;
  created_at: Date;
  started_at: Date | null;
  completed_at: Date | null;
  cancel_requested_at: Date | null;
  exit_code: number | null;
  signal: string | null;
  error: string | null;
  output_tail?: string | null;
  retry_of: string | null;
  scope_id: string | null;
}

const COLUMNS: readonly (keyof TaskRow)[] = [
  'id', 'kind', 'name', 'status', 'batch_id', 'op_key', 'depends_on', 'infra', 'check_mode', 'program', 'verb', 'args', 'attempt', 'created_by', 'created_by_name',
  'created_at', 'started_at', 'completed_at', 'cancel_requested_at', 'exit_code', 'signal', 'error', 'output_tail', 'retry_of', 'scope_id',
]; // prettier-ignore

/** The kinds of tasks whose counts are summed up. */
const TASK_KINDS = ['workflow', 'operation', 'rollback', 'survey'] as const;

/** Submissions in one transaction. Each may take an advisory lock, of which Postgres has some thousands. */
const MOST_AT_ONCE = 100;

/** Stores and reads tasks for the API. See worker-ledger.ts for executors. */
export class PostgresTaskStore implements TaskStore {
  readonly #find: (values: [id: string]) => Promise<DetailsRow[]>;
  readonly #findWaiting: (values: [id: string]) => Promise<DetailsRow[]>;
  readonly #submissions: BatchWriter<Submission, PromiseSettledResult<SubmitOutcome>>;

  constructor(
    private readonly database: Knex,
    private readonly scopes = new PostgresScopeStore(database),
  ) {
    const details = (name: string, more: string) =>
      prepareStatement<DetailsRow>(database, {
        name,
        text: `
          select ${COLUMNS.map((column) => `t.${column}`).join(', ')}, ${more},
                 (select b.name from batches b where b.id = t.batch_id) as batch_name,
                 (select e.id from plans e where e.run_id = t.id) as plan_id,
                 r.output, case when t.check_mode then r.data -> 'planned' end as planned,
                 p.total_steps, p.done_steps, p.current_step
            from tasks t
            left join task_results r on r.task_id = t.id
            left join task_progress p on p.task_id = t.id
           where t.id = $1`,
      });
    this.#find = details('find_task', 't.run_after, t.held');
    this.#findWaiting = details('find_waiting_task', WAITING_COLUMNS);
    this.#submissions = new BatchWriter(submitTogether(database), MOST_AT_ONCE);
  }

  async submit(task: NewTask, idempotency: IdempotencyKey | undefined): Promise<SubmitOutcome> {
    const [scope] = await this.scopes.ensure([task.scope]);
    const settled = await this.#submissions.add({ task, scopeId: scope!, idempotency });
    if (settled.status === 'rejected') throw settled.reason;
    return settled.value;
  }

  async list(filter: TaskFilter): Promise<{ tasks: ListedTask[]; total: number }> {
    const { withOutput = true, oldestFirst = false } = filter;
    const columns = COLUMNS.filter((column) => withOutput || column !== 'output_tail');
    const [rows, total] = await Promise.all([
      this.database<ListedRow>('tasks as t')
        .leftJoin('task_progress as p', 'p.task_id', 't.id')
        .select<ListedRow[]>([
          ...columns.map((column) => `t.${column}`),
          't.run_after',
          't.held',
          ...['total_steps', 'done_steps', 'current_step'].map((column) => `p.${column}`),
        ])
        .whereIn('t.id', taskPage(this.database, filter))
        .orderBy('t.id', oldestFirst ? 'asc' : 'desc'),
      this.#count(filter),
    ]);
    const waiting = await this.#waiting(rows.filter(isWaiting).map(({ id }) => id));
    return { tasks: rows.map((row) => toListed({ ...row, ...waiting.get(row.id) })), total };
  }

  /** Why tasks wait. The lock queues are read only for those that do. */
  async #waiting(ids: readonly string[]): Promise<Map<string, WaitingRow>> {
    if (ids.length === 0) return new Map();
    const rows = await rowsOf<WaitingRow & { id: string }>(
      this.database,
      `select t.id, t.status, ${WAITING_COLUMNS} from tasks t where t.id = any (?::uuid[])`,
      [[...ids]],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** From `tallies` where they count it, else row by row. */
  async #count(filter: TaskFilter): Promise<number> {
    if (namesOnlyStatuses(filter) && areTallied(filter.statuses))
      return countIn(await readTally(this.database, TASK_KINDS), filter.statuses);
    const query = this.database('tasks');
    onlyMatchingTasks(query, filter);
    return countOf(query);
  }

  async find(id: string): Promise<TaskDetails | undefined> {
    const [row] = await this.#find([id]);
    // The reason for waiting needs the lock queue, read in the same statement as the status.
    if (row && isWaiting(row)) {
      const [waiting] = await this.#findWaiting([id]);
      return waiting && toDetails(waiting);
    }
    return row && toDetails(row);
  }

  async cancel(id: string, by: string, actor?: Actor): Promise<{ outcome: CancelOutcome; ready: string[] }> {
    const [row] = await rowsOf<{ outcome: CancelOutcome; ready: string[] }>(
      this.database,
      'select * from cancel_task(?, ?, ?::jsonb)',
      [id, by, actorText(actor)],
    );
    return row ?? { outcome: 'unknown', ready: [] };
  }

  async logs(id: string, { tail, search, ...position }: LogQuery): Promise<LogLine[]> {
    const after = tail === undefined ? position.after : Math.max(0, (await this.logRange(id)).last - tail);
    const limit = tail ?? position.limit;
    return rowsOf<LogLine>(
      this.database,
      `select c.first_line::int + (l.n - 1)::int as line, c.attempt, c.at, l.text
         ${LINES}
        where c.task_id = :id and c.at >= :since and c.first_line + c.line_count > :after::bigint + 1 and c.first_line + l.n - 1 > :after::bigint
          and (:search::text is null or position(lower(:search::text) in lower(l.text)) > 0)
        order by 1 limit :limit`,
      { id, since: notBefore(id), after, limit, search: search ?? null },
    );
  }

  async logRange(id: string): Promise<LogRange> {
    const [row] = await rowsOf<LogRange>(
      this.database,
      `select coalesce((select first_line from task_logs
                         where task_id = :id and at >= :since order by first_line limit 1), 0)::int as first,
              coalesce((select first_line + line_count - 1 from task_logs
                         where task_id = :id and at >= :since order by first_line desc limit 1), 0)::int as last`,
      { id, since: notBefore(id) },
    );
    return row!;
  }

  async countLogLines(id: string, search: string, most: number): Promise<number> {
    const [row] = await rowsOf<{ n: number }>(
      this.database,
      `select count(*)::int as n from (
         select ${LINES}
          where c.task_id = :id and c.at >= :since and position(lower(:search::text) in lower(l.text)) > 0
          limit :most) found`,
      { id, since: notBefore(id), search, most },
    );
    return row!.n;
  }

  async recentDurations(name: string, checkMode: boolean): Promise<number[]> {
    const rows = await rowsOf<{ seconds: number }>(
      this.database,
      `select extract(epoch from completed_at - started_at)::float as seconds from tasks
        where status = 'Completed' and name = ? and check_mode = ? and started_at is not null order by id desc limit 20`,
      [name, checkMode],
    );
    return rows.map(({ seconds }) => seconds);
  }
}

/** The chunks of a log with their lines. */
const LINES = `from task_logs c
  cross join lateral unnest(case c.text when '' then array[''] else string_to_array(c.text, E'\\n') end) with ordinality as l (text, n)`;

function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    kind: row.kind,
    batchId: row.batch_id,
    operation: row.op_key,
    dependsOn: row.depends_on,
    name: row.name,
    status: row.status,
    infra: row.infra,
    checkMode: row.check_mode,
    program: row.program,
    verb: row.verb,
    args: row.args,
    attempt: row.attempt,
    createdBy: row.created_by,
    createdByName: row.created_by_name,
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    cancelRequestedAt: row.cancel_requested_at,
    exitCode: row.exit_code,
    signal: row.signal,
    error: row.error,
    outputTail: row.output_tail ?? null,
    retryOf: row.retry_of,
    scopeId: row.scope_id,
  };
}

interface ListedRow extends TaskRow, WaitingRow {
  total_steps: number | null;
  done_steps: number | null;
  current_step: string | null;
}

interface DetailsRow extends ListedRow {
  batch_name: string | null;
  plan_id: string | null;
  output: string | null;
  planned: PlannedChange[] | null;
}

function isWaiting({ status, held }: Pick<ListedRow, 'status' | 'held'>): boolean {
  return held === null && (status === 'Blocked' || status === 'Waiting');
}

function toListed(row: ListedRow): ListedTask {
  const { total_steps: totalSteps, done_steps: doneSteps, current_step: currentStep } = row;
  return Object.assign(toTask(row), {
    progress: totalSteps === null ? null : { totalSteps, doneSteps: doneSteps ?? 0, currentStep },
    waitingFor: waitingFor(row),
  });
}

function toDetails(row: DetailsRow): TaskDetails {
  const { batch_name: batchName, plan_id: planId, output, planned } = row;
  return Object.assign(toListed(row), { batchName, planId, output, planned });
}
