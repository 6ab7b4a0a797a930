import { BatchWriter } from '@provisioning/runtime/batch-writer';
import type { Pool } from 'pg';
import type { Capacity } from '../../domain/worker/capacity.js';
import type {
  ClaimedTask,
  Here,
  JournalRecord,
  Ledger,
  LogChunk,
  Round,
  RunningTask,
  StepProgress,
  TaskResult,
  WorkerIdentity,
} from '../../domain/worker/ledger.js';
import { recordTogether, type Recording } from './recordings.js';
import { resultRows } from './result-row.js';
import { storable } from '../storable.js';

/** Attempts whose journal entries share a transaction, at most. */
const MOST_AT_ONCE = 64;
const LOST = 'Its worker was lost: the lease ended.';

/** The ledger in Postgres. It uses plain `pg`, because the executor must stay small. Every call is one round trip. */
export class PostgresLedger implements Ledger {
  readonly #recordings: BatchWriter<Recording, PromiseSettledResult<boolean>>;

  constructor(private readonly pool: Pick<Pool, 'query'>) {
    this.#recordings = new BatchWriter(recordTogether(pool), MOST_AT_ONCE);
  }

  async register(
    { id, host, bootId, slot, pid }: WorkerIdentity,
    leaseSeconds: number,
    staleSeconds: number,
  ): Promise<void> {
    await this.pool.query('select register_worker($1, $2, $3, $4, $5, make_interval(secs => $6), $7)', [
      id,
      host,
      bootId,
      slot,
      pid,
      leaseSeconds,
      staleSeconds,
    ]);
  }

  async heartbeat(workerId: string, leaseSeconds: number): Promise<RunningTask[] | null> {
    const { rows } = await this.pool.query<{ running: RunningTask[] | null }>(
      'select heartbeat($1, make_interval(secs => $2)) as running',
      [workerId, leaseSeconds],
    );
    return rows[0]?.running ?? null;
  }

  async promoteDueRetries(): Promise<void> {
    await this.pool.query('select promote_due_retries()');
  }

  async round(workerId: string, results: readonly TaskResult[], capacity: Capacity): Promise<Round> {
    const { rows } = await this.pool.query<Round>({
      name: 'work_round',
      text: 'select outcomes, ready, claimed from work_round($1::uuid, $2::jsonb, $3::jsonb)',
      values: [workerId, JSON.stringify(capacity), resultRows(results)],
    });
    return rows[0]!;
  }

  async acceptClaim(taskId: string, workerId: string): Promise<ClaimedTask | undefined> {
    const { rows } = await this.pool.query<{ task: ClaimedTask }>(
      `select describe_claims(array[tasks]) -> 0 as task from tasks
        where id = $1 and worker_id = $2 and status in ('Running', 'Unknown')`,
      [taskId, workerId],
    );
    return rows[0]?.task;
  }

  async reportFault(workerId: string, fault: string | null): Promise<void> {
    await this.pool.query('select report_worker_fault($1, $2)', [workerId, fault && storable(fault)]);
  }

  reportLost(
    taskId: string,
    attempt: number,
    workerId: string,
    reason: string,
    begun: boolean,
  ): Promise<string[]> {
    return this.#ready('report_lost_attempt($1, $2, $3, $4, $5)', [
      taskId,
      attempt,
      workerId,
      storable(reason),
      begun,
    ]);
  }

  async appendLog({ taskId, attempt, workerId, firstLine, lines, at }: LogChunk): Promise<void> {
    await this.pool.query('select append_log($1, $2, $3, $4, $5, $6, $7)', [
      taskId,
      attempt,
      workerId,
      firstLine,
      lines.length,
      storable(lines.join('\n')),
      at,
    ]);
  }

  async recordChanges(
    taskId: string,
    attempt: number,
    workerId: string,
    entries: readonly JournalRecord[],
  ): Promise<boolean> {
    const settled = await this.#recordings.add({ workerId, taskId, attempt, entries });
    if (settled.status === 'rejected') throw settled.reason;
    return settled.value;
  }

  async recordProgress(
    taskId: string,
    attempt: number,
    { totalSteps, doneSteps, currentStep }: StepProgress,
    publish: boolean,
  ): Promise<void> {
    await this.pool.query('select record_progress($1, $2, $3, $4, $5, $6)', [
      taskId,
      attempt,
      totalSteps,
      doneSteps,
      currentStep && storable(currentStep),
      publish,
    ]);
  }

  async drain(workerId: string): Promise<void> {
    await this.pool.query('select drain_worker($1)', [workerId]);
  }

  releaseWorker(workerId: string, reason: string, planned = false): Promise<string[]> {
    return this.#ready('release_worker($1, $2, $3, false)', [workerId, reason, planned]);
  }

  async predecessors(host: string, bootId: string, slot: number): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(
      `select id from workers where state = 'alive' and host = $1 and boot_id = $2 and slot = $3`,
      [host, bootId, slot],
    );
    return rows.map(({ id }) => id);
  }

  async releaseExpiredWorkers(here?: Here): Promise<string[]> {
    const ready: string[] = [];
    // One transaction for each worker: locks of several would be held too long.
    for (const id of await this.#expired(here))
      ready.push(...(await this.#ready('release_worker($1, $2, false, true)', [id, LOST])));
    ready.push(...(await this.#ready('grant_locks()', [])));
    return ready;
  }

  /**
   * Workers whose lease has ended and whose processes have ended. If every process that watches a command is frozen, the
   * command keeps running. So a worker of the same machine reaps it first, and workers of other machines wait for that.
   */
  async #expired(here: Here | undefined): Promise<string[]> {
    const { rows } = await this.pool.query<{
      id: string;
      is_here: boolean;
      waits: boolean;
      is_near: boolean;
    }>(
      `select w.id, w.host = $1 and w.boot_id = $2 as is_here,
              w.lease_until > now() - make_interval(secs => $3) as waits,
              exists (select from workers o where o.state = 'alive' and o.lease_until > now()
                         and o.host = w.host and o.boot_id = w.boot_id) as is_near
         from workers w where w.state = 'alive' and w.lease_until < now()`,
      [here?.host ?? '', here?.bootId ?? '', here?.patienceSeconds ?? 0],
    );
    const expired: string[] = [];
    for (const { id, is_here: isHere, is_near: isNear, waits } of rows) {
      const ended = here && isHere ? await here.endCommandsOf(id) : !isNear;
      if (ended || !waits) expired.push(id);
    }
    return expired;
  }

  async #ready(call: string, parameters: unknown[]): Promise<string[]> {
    const { rows } = await this.pool.query<{ ready: string[] }>(`select ${call} as ready`, parameters);
    return rows[0]?.ready ?? [];
  }
}
