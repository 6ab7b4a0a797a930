import type { Knex } from 'knex';
import type {
  IdempotencyKey,
  LogQuery,
  SubmitOutcome,
  TaskFilter,
  TaskStore,
  CancelOutcome,
} from '../domain/ports.js';
import type { LogLine, NewTask, Snapshot, Task, TaskDetails, TaskStatus } from '../domain/task/task.js';

interface TaskRow {
  id: string;
  name: string;
  status: TaskStatus;
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
  output_tail: string | null;
  retry_of: string | null;
}

const COLUMNS: readonly (keyof TaskRow)[] = [
  'id', 'name', 'status', 'infra', 'check_mode', 'program', 'verb', 'args', 'attempt', 'created_by', 'created_by_name',
  'created_at', 'started_at', 'completed_at', 'cancel_requested_at', 'exit_code', 'signal', 'error', 'output_tail', 'retry_of',
]; // prettier-ignore

/** Tasks as the API sees them. What workers do to them is in worker-ledger.ts. */
export class PostgresTaskStore implements TaskStore {
  constructor(private readonly database: Knex) {}

  async submit(task: NewTask, idempotency: IdempotencyKey | undefined): Promise<SubmitOutcome> {
    const row = {
      id: task.id,
      kind: task.kind,
      name: task.name,
      infra: task.infra,
      check_mode: task.checkMode,
      program: task.program,
      verb: task.verb,
      args: task.args,
      max_attempts: task.maxAttempts,
      retry_of: task.retryOf,
      created_by: task.createdBy,
      created_by_name: task.createdByName,
      request_id: task.requestId,
      traceparent: task.traceparent ?? null,
    };
    const { principal = null, key = null, requestHash = null } = idempotency ?? {};
    const [submitted] = await this.#rows<{
      task_id: string;
      outcome: SubmitOutcome['outcome'];
      task_status: string;
    }>('select * from submit_task(?::jsonb, ?, ?, ?)', [JSON.stringify(row), principal, key, requestHash]);
    if (!submitted || submitted.outcome === 'conflict') return { outcome: 'conflict' };
    if (submitted.outcome === 'replayed') return { outcome: 'replayed', taskId: submitted.task_id };
    return { outcome: 'created', taskId: submitted.task_id, ready: submitted.task_status === 'Ready' };
  }

  async list({ statuses, limit, offset }: TaskFilter): Promise<{ tasks: Task[]; total: number }> {
    const matching = () => {
      const query = this.database<TaskRow>('tasks');
      return statuses ? query.whereIn('status', [...statuses]) : query;
    };
    const [rows, counted] = await Promise.all([
      matching()
        .select<TaskRow[]>([...COLUMNS])
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset),
      matching().count({ total: '*' }),
    ]);
    return { tasks: rows.map(toTask), total: Number(counted[0]?.['total'] ?? 0) };
  }

  async find(id: string): Promise<TaskDetails | undefined> {
    const columns = COLUMNS.map((column) => `t.${column}`).join(', ');
    const [row] = await this.#rows<DetailsRow>(
      `select ${columns}, r.output, p.total_steps, p.done_steps, p.current_step, l.holder_id,
              (select count(*)::int from tasks w where w.infra = t.infra and w.status = 'Waiting' and w.id < t.id) as before
         from tasks t
         left join task_results r on r.task_id = t.id
         left join task_progress p on p.task_id = t.id
         left join locks l on l.infra = t.infra and t.status = 'Waiting'
        where t.id = ?`,
      [id],
    );
    return row && toDetails(row);
  }

  async cancel(id: string, by: string): Promise<{ outcome: CancelOutcome; ready: string[] }> {
    const [row] = await this.#rows<{ outcome: CancelOutcome; ready: string[] }>(
      'select * from cancel_task(?, ?)',
      [id, by],
    );
    return row ?? { outcome: 'unknown', ready: [] };
  }

  async logs(id: string, { after, limit, search }: LogQuery): Promise<LogLine[]> {
    return this.#rows<LogLine>(
      `select c.first_line::int + (l.n - 1)::int as line, c.attempt, c.at, l.text
         from task_logs c
         cross join lateral unnest(case c.text when '' then array[''] else string_to_array(c.text, E'\\n') end) with ordinality as l (text, n)
        where c.task_id = :id and c.first_line + c.line_count > :after + 1 and c.first_line + l.n - 1 > :after
          and (:search::text is null or position(lower(:search::text) in lower(l.text)) > 0)
        order by 1 limit :limit`,
      { id, after, limit, search: search ?? null },
    );
  }

  async snapshots(
    id: string,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<{ snapshots: Snapshot[]; total: number }> {
    const events = () =>
      this.database<Snapshot & { seq: string; task_id: string }>('task_events').where('task_id', id);
    const [snapshots, counted] = await Promise.all([
      events()
        .select<Snapshot[]>('id', 'at', 'type', 'status', 'attempt', 'details')
        .orderBy('seq', 'desc')
        .limit(limit)
        .offset(offset),
      events().count({ total: '*' }),
    ]);
    return { snapshots, total: Number(counted[0]?.['total'] ?? 0) };
  }

  async recentDurations(name: string, checkMode: boolean): Promise<number[]> {
    const rows = await this.#rows<{ seconds: number }>(
      `select extract(epoch from completed_at - started_at)::float as seconds from tasks
        where status = 'Completed' and name = ? and check_mode = ? and started_at is not null order by id desc limit 20`,
      [name, checkMode],
    );
    return rows.map(({ seconds }) => seconds);
  }

  async #rows<Row>(sql: string, bindings: Knex.RawBinding[] | Knex.ValueDict): Promise<Row[]> {
    const result = (await this.database.raw(sql, bindings as Knex.RawBinding[])) as { rows: Row[] };
    return result.rows;
  }
}

function toTask(row: TaskRow): Task {
  return {
    id: row.id,
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
    outputTail: row.output_tail,
    retryOf: row.retry_of,
  };
}

interface DetailsRow extends TaskRow {
  output: string | null;
  total_steps: number | null;
  done_steps: number | null;
  current_step: string | null;
  holder_id: string | null;
  before: number;
}

function toDetails(row: DetailsRow): TaskDetails {
  const { total_steps: totalSteps, done_steps: doneSteps, current_step: currentStep } = row;
  return {
    ...toTask(row),
    output: row.output,
    progress: totalSteps === null ? null : { totalSteps, doneSteps: doneSteps ?? 0, currentStep },
    waitingFor:
      row.status === 'Waiting' ? { infra: row.infra, holderId: row.holder_id, place: row.before + 1 } : null,
  };
}
