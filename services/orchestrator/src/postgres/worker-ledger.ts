import type { Pool } from 'pg';
import type {
  ClaimedTask,
  Ledger,
  LogChunk,
  RunningTask,
  StepProgress,
  TaskResult,
  WorkerIdentity,
} from '../domain/worker/ledger.js';

interface ClaimRow {
  id: string;
  attempt: number;
  program: string;
  verb: string[];
  args: string[];
  request_id: string;
  traceparent: string | null;
  last_line: string;
}

/** The worker's side of the tasks, on bare `pg`: the executor has to stay small. Every call is one round trip. */
export class PostgresLedger implements Ledger {
  constructor(private readonly pool: Pick<Pool, 'query'>) {}

  async register({ id, host, bootId, slot, pid }: WorkerIdentity, leaseSeconds: number): Promise<void> {
    await this.pool.query(
      `insert into workers (id, host, boot_id, slot, pid, state, lease_until)
       values ($1, $2, $3, $4, $5, 'alive', now() + make_interval(secs => $6)) on conflict (id) do nothing`,
      [id, host, bootId, slot, pid, leaseSeconds],
    );
  }

  async heartbeat(workerId: string, leaseSeconds: number): Promise<RunningTask[] | null> {
    const { rows } = await this.pool.query<{ running: RunningTask[] | null }>(
      'select heartbeat($1, make_interval(secs => $2)) as running',
      [workerId, leaseSeconds],
    );
    return rows[0]?.running ?? null;
  }

  async poll(limit: number): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(
      `select id from tasks where status = 'Ready' order by priority, ready_at limit $1`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  async claim(taskId: string, workerId: string): Promise<ClaimedTask | undefined> {
    const { rows } = await this.pool.query<ClaimRow>(
      'select id, attempt, program, verb, args, request_id, traceparent, last_line from claim_task($1, $2)',
      [taskId, workerId],
    );
    return rows[0] && toClaimed(rows[0]);
  }

  async adopt(taskId: string, workerId: string): Promise<ClaimedTask | undefined> {
    const { rows } = await this.pool.query<ClaimRow>(
      `select id, attempt, program, verb, args, request_id, traceparent,
              (select coalesce(max(first_line + line_count - 1), 0) from task_logs where task_id = tasks.id) as last_line
         from tasks where id = $1 and worker_id = $2 and status = 'Running'`,
      [taskId, workerId],
    );
    return rows[0] && toClaimed(rows[0]);
  }

  async finish(result: TaskResult): Promise<{ outcome: 'done' | 'duplicate' | 'fenced'; ready: string[] }> {
    const { rows } = await this.pool.query<{ outcome: 'done' | 'duplicate' | 'fenced'; ready: string[] }>(
      'select outcome, ready from finish_task($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
      [
        result.taskId,
        result.attempt,
        result.workerId,
        result.resultId,
        result.status,
        result.exitCode,
        result.signal,
        result.error && storable(result.error),
        result.output,
        JSON.stringify(storableJson(result.data)),
        JSON.stringify(result.evidence),
      ],
    );
    return rows[0] ?? { outcome: 'fenced', ready: [] };
  }

  async appendLog({ taskId, attempt, workerId, firstLine, lines, at }: LogChunk): Promise<void> {
    await this.pool.query('select append_log($1, $2, $3, $4, $5, $6, $7)', [
      taskId,
      attempt,
      workerId,
      firstLine,
      lines.length,
      lines.join('\n'),
      at,
    ]);
  }

  async progress(
    taskId: string,
    attempt: number,
    { totalSteps, doneSteps, currentStep }: StepProgress,
  ): Promise<void> {
    await this.pool.query(
      `insert into task_progress (task_id, attempt, total_steps, done_steps, current_step) values ($1, $2, $3, $4, $5)
       on conflict (task_id) do update
         set attempt = $2, total_steps = $3, done_steps = $4, current_step = $5, updated_at = now()
         where task_progress.attempt <= $2`,
      [taskId, attempt, totalSteps, doneSteps, currentStep && storable(currentStep)],
    );
  }

  async release(workerId: string, reason: string, planned = false): Promise<string[]> {
    const { rows } = await this.pool.query<{ ready: string[] }>(
      'select release_worker($1, $2, $3) as ready',
      [workerId, reason, planned],
    );
    return rows[0]?.ready ?? [];
  }

  async prepareLogPartitions(): Promise<void> {
    await this.pool.query('select create_log_partitions(7)');
  }

  async predecessors(host: string, bootId: string, slot: number): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(
      `select id from workers where state = 'alive' and host = $1 and boot_id = $2 and slot = $3`,
      [host, bootId, slot],
    );
    return rows.map(({ id }) => id);
  }

  async sweep(leaseSeconds: number): Promise<string[]> {
    const { rows } = await this.pool.query<{ ready: string[] }>(
      'select sweep(make_interval(secs => $1)) as ready',
      [leaseSeconds],
    );
    return rows[0]?.ready ?? [];
  }
}

function toClaimed(row: ClaimRow): ClaimedTask {
  return {
    id: row.id,
    attempt: row.attempt,
    program: row.program,
    verb: row.verb,
    args: row.args,
    requestId: row.request_id,
    traceparent: row.traceparent,
    lastLine: Number(row.last_line),
  };
}

/** Postgres takes neither NUL nor half a surrogate pair; a program may report both. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storableJson(item)]));
}
