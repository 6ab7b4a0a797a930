import { messageOf } from '@provisioning/errors';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_CAPACITY, remaining, type Capacity } from '../domain/worker/capacity.js';
import type { ClaimedTask, Ledger, RunningTask } from '../domain/worker/ledger.js';
import { beginRun, type RunContext } from './begin-run.js';
import type { CrashPoints } from './crash-points.js';
import { aboutTask, executorLog } from './log.js';
import { isMachineFault, neverStarted } from './never-started.js';
import type { Rounds } from './rounds.js';
import type { Run } from './run.js';

/** After a fault of the machine, other workers may claim the tasks for this long. */
const UNFIT_MS = 10_000;
const RETRY_MS = 500;

/** What {@link Claims} work with. */
export interface ClaimsOptions {
  ledger: Pick<Ledger, 'acceptClaim' | 'reportLost'>;
  workerId: string;
  /** The most tasks that run at once. */
  limits: Capacity;
  crash: CrashPoints;
  rounds: Pick<Rounds, 'finish'>;
  context: RunContext;
  /** Called with tasks that became ready and that another worker may start. */
  ready: (taskIds: readonly string[]) => void;
}

/** The tasks that this executor has claimed, from the claim to the end of the run. */
export class Claims {
  readonly #runs = new Map<string, Run>();
  /** `id-attempt` of the claims that the last heartbeat named and that are not here. */
  #unknown = new Set<string>();
  /** Tasks whose claim is being accepted after its answer was lost; the answer removes them if it comes first. */
  readonly #accepting = new Set<string>();
  /** `id-attempt` of claims that were accepted so: their answer may still come, very late. */
  readonly #accepted = new Set<string>();
  /** Tasks that could not be started and whose report Postgres does not have yet. */
  readonly #unstarted = new Set<string>();
  /** Nothing is claimed before this moment of `performance.now()`. */
  #unfitUntil = -Infinity;
  #closed = false;

  constructor(private readonly options: ClaimsOptions) {}

  /** How many tasks run. */
  get size(): number {
    return this.#runs.size;
  }

  /** The runs, to end all of them. */
  get runs(): Run[] {
    return [...this.#runs.values()];
  }

  /** Starts no more tasks. Those that are claimed or accepted from now on are given back. */
  close(): void {
    this.#closed = true;
  }

  /** @returns which tasks may be claimed once the tasks in `leaving` have ended */
  capacity(leaving: readonly string[]): Capacity {
    if (this.#closed || performance.now() < this.#unfitUntil) return NO_CAPACITY;
    const running = { commands: 0, operations: 0 };
    for (const { task } of this.#runs.values()) count(running, task, 1);
    for (const id of leaving) {
      const run = this.#runs.get(id);
      if (run) count(running, run.task, -1);
    }
    return remaining(this.options.limits, running);
  }

  /** Starts tasks that were claimed. */
  start(tasks: readonly ClaimedTask[]): void {
    for (const task of tasks) {
      this.options.crash.pass('after-claim');
      this.#accepting.delete(task.id);
      if (this.#runs.has(task.id) || this.#accepted.has(nameOf(task))) continue;
      if (this.#closed) {
        void this.#giveBack(task);
        continue;
      }
      const run = this.#begin(task);
      if (!run) continue;
      this.#runs.set(task.id, run);
      void this.#complete(task.id, run);
    }
  }

  /**
   * Compares with the claims that Postgres has of this worker: cancels what is to be cancelled, and accepts claims whose
   * answer was lost. Such a claim is accepted when two heartbeats in a row name it: after one, its answer may still come.
   */
  reconcile(claims: readonly RunningTask[]): void {
    const unknown = new Set<string>();
    for (const claim of claims) {
      const { id, attempt, cancel } = claim;
      const run = this.#runs.get(id);
      if (cancel && run?.task.attempt === attempt) run.cancel();
      if (run || this.#closed || this.#unstarted.has(id)) continue;
      if (this.#unknown.has(nameOf(claim))) void this.#accept(id);
      else unknown.add(nameOf(claim));
    }
    this.#unknown = unknown;
  }

  async #accept(id: string): Promise<void> {
    const { ledger, workerId } = this.options;
    this.#accepting.add(id);
    try {
      const task = await ledger.acceptClaim(id, workerId);
      // Started by the late answer of the claim meanwhile, it may even have ended since.
      if (!this.#accepting.has(id) || !task) return;
      this.start([task]);
      this.#accepted.add(nameOf(task));
    } catch (error) {
      executorLog('warn', 'a claim whose answer was lost could not be accepted yet', {
        task_id: id,
        error: String(error),
      });
    } finally {
      this.#accepting.delete(id);
    }
  }

  /**
   * A task that cannot be started fails: repeating it would leave it running forever. Where the machine is at fault, the
   * task is requeued instead, and nothing is claimed here for a while.
   */
  #begin(task: ClaimedTask): Run | undefined {
    const { context, crash } = this.options;
    try {
      const run = beginRun(task, context);
      crash.pass('after-spawn');
      return run;
    } catch (error) {
      const reason = messageOf(error);
      executorLog('error', 'a task could not be started', { ...aboutTask(task), error: reason });
      const requeue = isMachineFault(error);
      if (requeue) this.#unfitUntil = performance.now() + UNFIT_MS;
      void this.#reportNeverStarted(task, reason, requeue);
      return undefined;
    }
  }

  /** A round that was under way has claimed it. Other workers can start it now, not only when this executor has ended. */
  async #giveBack({ id, attempt }: ClaimedTask): Promise<void> {
    const { ledger, workerId, ready } = this.options;
    try {
      ready(await ledger.reportLost(id, attempt, workerId, 'Its worker was stopped.', false));
    } catch (error) {
      executorLog('warn', 'a task could not be given back: it is requeued when this executor has ended', {
        task_id: id,
        error: String(error),
      });
    }
  }

  /** Repeated until Postgres has the report, or until this executor releases all its tasks. */
  async #reportNeverStarted(task: ClaimedTask, reason: string, requeue: boolean): Promise<void> {
    const { ledger, rounds, workerId, ready } = this.options;
    const { id, attempt } = task;
    this.#unstarted.add(id);
    while (!this.#closed) {
      try {
        if (requeue)
          ready(await ledger.reportLost(id, attempt, workerId, `It could not be started: ${reason}`, false));
        else await rounds.finish(neverStarted(task, workerId, reason));
        this.#unstarted.delete(id);
        return;
      } catch {
        await sleep(RETRY_MS);
      }
    }
  }

  async #complete(id: string, run: Run): Promise<void> {
    try {
      await run.complete();
    } catch (error) {
      executorLog('error', 'a run ended with an unexpected error', {
        task_id: id,
        error: error instanceof Error ? error.stack : String(error),
      });
    } finally {
      this.#runs.delete(id);
    }
  }
}

function count(running: Omit<Capacity, 'total'>, { runner }: ClaimedTask, difference: 1 | -1): void {
  running[runner === 'operation' ? 'operations' : 'commands'] += difference;
}

function nameOf({ id, attempt }: { id: string; attempt: number }): string {
  return `${id}-${attempt}`;
}
