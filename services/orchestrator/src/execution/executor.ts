import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimedTask, Ledger, RunningTask, WorkerIdentity } from '../domain/worker/ledger.js';
import { JobRunner, type PeriodicJob } from '@provisioning/runtime/job-runner';
import { CrashPoints } from './crash-points.js';
import { aboutTask, executorLog, jobLog } from './log.js';
import type { ExecutorMessage, WorkerMessage } from './messages.js';
import type { ExecutorOptions } from './options.js';
import { isMachineFault, neverStarted } from './never-started.js';
import { begin, type Workshop } from './begin.js';
import { Masker } from './masking/masker.js';
import { Rounds } from './rounds.js';
import type { Run } from './run.js';
import { removeParents } from './run-folders.js';
import { WorkerLink } from './worker-link.js';
import { makeWorkshop } from './workshop.js';

const TICK_MS = 1_000;
/** Time between TERM and KILL when this executor has to stop. */
const STOP_GRACE_SECONDS = 2;
const LAST_LINES_MS = 1_000;
/** Where this machine can start nothing, others may have the work. */
const UNFIT_MS = 10_000;
const RETRY_MS = 500;

export type ExecutorEnd = 'drained' | 'fenced';

/**
 * Owns a lease in Postgres and everything that runs under it: claims, commands, results. It is a process of its own,
 * so that a worker that dies or freezes disturbs no command; when it dies itself, its spawners end the commands.
 */
export class Executor {
  readonly identity: WorkerIdentity;
  readonly #link: WorkerLink;
  readonly #crash: CrashPoints;
  readonly #runs = new Map<string, Run>();
  readonly #rounds: Rounds;
  readonly #jobs: JobRunner;
  #lastGoodHeartbeat = performance.now();
  /** Before that, nothing can be claimed. */
  #registered = false;
  #draining = false;
  /** Until then commands may end by themselves. */
  #drainUntil = Infinity;
  /** No more can be lost: the lease is over, or given back. */
  #leaseless = false;
  /** What Postgres says is ours and is not here: whoever is named twice is taken up. */
  #strays = new Set<string>();
  /** Tasks that are being taken up so; no longer where the answer of the claim comes first. */
  readonly #adopting = new Set<string>();
  /** Attempts that were taken up so, for the answer of a claim that comes very late. */
  readonly #adopted = new Set<string>();
  /** Tasks of which Postgres is being told that they never started. */
  readonly #unstarted = new Set<string>();
  /** Until then nothing more is claimed. */
  #unfitUntil = -Infinity;
  readonly #workshop: Workshop;
  #reportedFault: string | null = null;
  #end: (reason: ExecutorEnd) => void = () => {};

  constructor(
    private readonly options: ExecutorOptions,
    private readonly ledger: Ledger,
  ) {
    this.#crash = new CrashPoints(options.crashAt);
    this.identity = {
      id: randomUUID(),
      host: hostname(),
      bootId: bootId(),
      slot: options.slot,
      pid: process.pid,
    };
    this.#rounds = new Rounds({
      ledger,
      workerId: this.identity.id,
      room: (leaving) => this.#room(leaving),
      beforeClaim: () => this.#crash.pass('before-claim'),
      claimed: (tasks) => this.#take(tasks),
      ready: (ids) => this.#tellReady(ids),
    });
    this.#workshop = makeWorkshop(
      {
        options,
        workerId: this.identity.id,
        crash: this.#crash,
        masker: new Masker(options.secrets),
      },
      ledger,
      this.#rounds,
      () => this.#canStart(),
    );
    this.#jobs = new JobRunner(this.#periodicJobs(), { log: jobLog });
    this.#link = new WorkerLink(
      options.socketPath,
      () => [{ type: 'hello', workerId: this.identity.id, pid: process.pid }, this.#tickMessage()],
      (message) => this.#receive(message),
    );
  }

  /** Works until it is drained or has lost its lease. */
  async run(): Promise<ExecutorEnd> {
    const { times } = this.options;
    const registeredAt = performance.now();
    await this.ledger.register(this.identity, times.lease);
    this.#lastGoodHeartbeat = registeredAt;
    this.#registered = true;
    await this.#link.listen();
    const ended = new Promise<ExecutorEnd>((resolve) => {
      this.#end = resolve;
    });
    this.#jobs.start();
    const reason = await ended;
    await this.#jobs.stop();
    await this.#workshop.spawners.end();
    this.#link.close();
    if (reason === 'drained') removeParents(this.options);
    return reason;
  }

  /** Every periodic job of this process. The timing of the first two is what its lease depends on: it does not vary. */
  #periodicJobs(): PeriodicJob[] {
    const { times, pollMs } = this.options;
    return [
      {
        name: 'tick',
        intervalMs: TICK_MS,
        jitter: 0,
        startsLater: true,
        failure: 'the worker and the spawners could not be sent a tick',
        run: () => this.#tick(),
      },
      {
        name: 'heartbeat',
        intervalMs: times.heartbeat * 1000,
        jitter: 0,
        startsLater: true,
        failure: 'heartbeat failed',
        run: () => this.#heartbeat(),
      },
      {
        name: 'poll',
        intervalMs: pollMs,
        failure: 'ready tasks could not be looked for',
        run: () => this.#poll(),
      },
    ];
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'offer':
        this.#rounds.look(() => this.#link.send({ type: 'looked', number: message.number }));
        break;
      case 'cancelled':
        void this.#jobs.wake('heartbeat');
        break;
      case 'drain':
        void this.#drain(message.graceMs);
        break;
    }
  }

  #tick(): void {
    this.#workshop.spawners.tick();
    this.#workshop.driverHost.tick();
    void this.#reportFault(this.#fault);
    this.#link.send(this.#tickMessage());
    // Checked here as well as after a heartbeat: after a freeze, this may be the first thing that runs.
    if ((performance.now() - this.#lastGoodHeartbeat) / 1000 > this.options.times.fence)
      void this.#fence('no heartbeat was possible in time');
    if (this.#link.aloneSeconds > this.options.times.orphan && this.#runs.size === 0) void this.#drain(0);
  }

  #tickMessage(): ExecutorMessage {
    const [ready, fault] = [this.#ready, this.#fault];
    return { type: 'tick', running: this.#runs.size, slots: this.options.concurrency, ready, fault };
  }

  /** Whether what is claimed can be started, as far as is known. */
  get #ready(): boolean {
    return this.#workshop.spawners.ready && this.#fault === null;
  }

  /** Why it cannot, in a phrase. */
  get #fault(): string | null {
    return this.#workshop.spawners.fault ?? this.#workshop.driverHost.fault;
  }

  /** A spawner or the driver host has started: what waits can be claimed. */
  #canStart(): void {
    this.#link.send(this.#tickMessage());
    void this.#jobs.wake('poll');
  }

  /** So that the system's health shows it, whichever API process is asked. */
  async #reportFault(fault: string | null): Promise<void> {
    if (fault === this.#reportedFault) return;
    const before = this.#reportedFault;
    this.#reportedFault = fault;
    try {
      await this.ledger.reportFault(this.identity.id, fault);
    } catch {
      this.#reportedFault = before; // once more with the next tick
    }
  }

  async #heartbeat(): Promise<void> {
    // The lease counts from before the question: the answer may have been long under way.
    const askedAt = performance.now();
    const mine = await this.ledger.heartbeat(this.identity.id, this.options.times.lease);
    if (mine === null) return void this.#fence('declared dead', true);
    this.#lastGoodHeartbeat = askedAt;
    this.#reconcile(mine);
  }

  /** Cancels what Postgres wants cancelled, and takes up claims whose answer was lost. */
  #reconcile(mine: readonly RunningTask[]): void {
    const strays = new Set<string>();
    for (const { id, attempt, cancel } of mine) {
      const run = this.#runs.get(id);
      if (cancel && run?.task.attempt === attempt) run.cancel();
      if (run || this.#draining || this.#unstarted.has(id)) continue;
      // Named once, the answer of its claim may still be under way.
      if (this.#strays.has(`${id}-${attempt}`)) void this.#adopt(id);
      else strays.add(`${id}-${attempt}`);
    }
    this.#strays = strays;
  }

  async #adopt(id: string): Promise<void> {
    this.#adopting.add(id);
    try {
      const task = await this.ledger.acceptClaim(id, this.identity.id);
      // Begun meanwhile, it may even have ended since.
      if (!this.#adopting.has(id) || !task) return;
      this.#take([task]);
      this.#adopted.add(`${id}-${task.attempt}`);
    } catch (error) {
      executorLog('warn', 'a lost claim cannot be taken up yet', { task_id: id, error: String(error) });
    } finally {
      this.#adopting.delete(id);
    }
  }

  /** Slots that are free once these tasks have ended. What never started has none. */
  #room(leaving: readonly string[]): number {
    const { concurrency, times } = this.options;
    if (this.#draining || this.#link.aloneSeconds > times.orphan || performance.now() < this.#unfitUntil)
      return 0;
    // What cannot be started here stays where it is: others may take it, and it costs no attempt.
    if (!this.#registered || !this.#ready) return 0;
    return Math.max(0, concurrency - this.#runs.size + leaving.filter((id) => this.#runs.has(id)).length);
  }

  async #poll(): Promise<void> {
    if (this.#room([]) === 0) return;
    await this.ledger.promoteDueRetries();
    this.#rounds.look();
  }

  #tellReady(ids: readonly string[]): void {
    if (ids.length > 0) this.#link.send({ type: 'ready', ids: [...ids] });
  }

  /** Starts what was claimed. */
  #take(tasks: readonly ClaimedTask[]): void {
    for (const task of tasks) {
      this.#crash.pass('after-claim');
      this.#adopting.delete(task.id);
      if (this.#draining || this.#runs.has(task.id) || this.#adopted.has(`${task.id}-${task.attempt}`))
        continue;
      const run = this.#begin(task);
      if (!run) continue;
      this.#runs.set(task.id, run);
      void this.#complete(task.id, run);
    }
  }

  /**
   * What cannot be started has failed: to try for ever would leave its task running for ever. Where it is this machine's
   * fault, the task goes back instead, and nothing is claimed here for a while.
   */
  #begin(task: ClaimedTask): Run | undefined {
    try {
      const run = begin(task, this.#workshop);
      this.#crash.pass('after-spawn');
      return run;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      executorLog('error', 'a task cannot be started', { ...aboutTask(task), error: reason });
      const elsewhere = isMachineFault(error);
      if (elsewhere) this.#unfitUntil = performance.now() + UNFIT_MS;
      void this.#sayNeverStarted(task, reason, elsewhere);
      return undefined;
    }
  }

  /** Until Postgres takes it, or this executor gives all its tasks away. */
  async #sayNeverStarted(task: ClaimedTask, reason: string, elsewhere: boolean): Promise<void> {
    const { id, attempt } = task;
    const workerId = this.identity.id;
    this.#unstarted.add(id);
    while (!this.#draining) {
      try {
        if (elsewhere)
          this.#tellReady(
            await this.ledger.reportLost(id, attempt, workerId, `It could not be started: ${reason}`, false),
          );
        else await this.#rounds.finish(neverStarted(task, workerId, reason));
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
      executorLog('error', 'a run broke', {
        task_id: id,
        error: error instanceof Error ? error.stack : String(error),
      });
    } finally {
      this.#runs.delete(id);
    }
  }

  /** For a signal: ends like a worker's `drain`. */
  stop(graceMs: number): void {
    void this.#drain(graceMs);
  }

  /**
   * Stops taking work, lets commands end for a while, ends those that do not, and gives their tasks back. Asked again, the
   * shorter time counts. The lease can be lost meanwhile like at any other time.
   */
  async #drain(graceMs: number): Promise<void> {
    this.#drainUntil = Math.min(this.#drainUntil, performance.now() + graceMs);
    if (this.#draining) return;
    this.#draining = true;
    while (this.#runs.size > 0 && performance.now() < this.#drainUntil && !this.#leaseless) await sleep(50);
    for (const run of this.#runs.values()) run.stop(STOP_GRACE_SECONDS);
    await Promise.all([...this.#runs.values()].map((run) => run.gone));
    // Their last lines are still on their way.
    const lines = performance.now() + LAST_LINES_MS;
    while (this.#runs.size > 0 && performance.now() < lines) await sleep(20);
    await this.#workshop.driverHost.end();
    if (this.#leaseless) return;
    this.#leaseless = true;
    await this.ledger
      .releaseWorker(this.identity.id, 'Its worker was stopped.', true)
      .catch((error: unknown) => {
        executorLog('warn', 'could not give the tasks back: the lease will', { error: String(error) });
      });
    this.#end('drained');
  }

  /**
   * The lease may be over: everything is ended before anybody else can start it. Results of what had ended by then are
   * stored, if Postgres comes back before somebody else has the task.
   */
  async #fence(reason: string, isDead = false): Promise<void> {
    if (this.#leaseless) return;
    this.#leaseless = true;
    this.#draining = true;
    executorLog('error', 'lost the lease: ending all commands', { reason, running: this.#runs.size });
    for (const run of this.#runs.values()) run.abandon();
    await Promise.all([...this.#runs.values()].map((run) => run.gone));
    await this.#workshop.driverHost.end();
    const deadline = performance.now() + (isDead ? 0 : this.options.times.lease * 1000);
    while (this.#runs.size > 0 && performance.now() < deadline) await sleep(50);
    for (const run of this.#runs.values()) run.giveUp();
    this.#end('fenced');
  }
}

/** Changes when the machine starts anew. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
