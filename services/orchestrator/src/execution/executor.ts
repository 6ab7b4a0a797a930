import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobRunner, type PeriodicJob } from '@provisioning/runtime/job-runner';
import { NO_CAPACITY, type Capacity } from '../domain/worker/capacity.js';
import type { Ledger, WorkerIdentity } from '../domain/worker/ledger.js';
import type { RunContext } from './begin-run.js';
import { Claims } from './claims.js';
import { CrashPoints } from './crash-points.js';
import { executorLog, jobLog } from './log.js';
import { bootId } from './machine.js';
import { Masker } from './masking/masker.js';
import type { ExecutorMessage, WorkerMessage } from './messages.js';
import type { ExecutorOptions } from './options.js';
import { Rounds } from './rounds.js';
import { makeRunContext } from './run-context.js';
import { removeParents } from './run-folders.js';
import { WorkerLink } from './worker-link.js';

const TICK_MS = 1_000;
/** Time between TERM and KILL when this executor has to stop. */
const STOP_GRACE_SECONDS = 2;
/** Time that the results of ended commands have to reach Postgres when this executor stops. */
const LAST_RESULTS_MS = 1_000;

/** Why an executor ended: all its tasks were released, or its lease was lost. */
export type ExecutorEnd = 'drained' | 'fenced';

/**
 * Owns a lease in Postgres and everything that runs under it: claims, commands, results. It is a process of its own,
 * so that a worker that dies or freezes does not affect commands; when it dies itself, its spawners end the commands.
 */
export class Executor {
  readonly identity: WorkerIdentity;
  readonly #link: WorkerLink;
  readonly #claims: Claims;
  readonly #rounds: Rounds;
  readonly #jobs: JobRunner;
  readonly #context: RunContext;
  #lastGoodHeartbeat = performance.now();
  /** Nothing can be claimed before. */
  #registered = false;
  #draining = false;
  /** Until this moment of `performance.now()` commands may end on their own. */
  #drainUntil = Infinity;
  /** The lease is over or was released: it cannot be lost any more. */
  #leaseless = false;
  #reportedFault: string | null = null;
  #end: (reason: ExecutorEnd) => void = () => {};

  constructor(
    private readonly options: ExecutorOptions,
    private readonly ledger: Ledger,
  ) {
    const crash = new CrashPoints(options.crashAt);
    const workerId = randomUUID();
    this.identity = {
      id: workerId,
      host: hostname(),
      bootId: bootId(),
      slot: options.slot,
      pid: process.pid,
    };
    this.#rounds = new Rounds({
      ledger,
      workerId,
      capacity: (leaving) => this.#capacity(leaving),
      beforeClaim: () => crash.pass('before-claim'),
      claimed: (tasks) => this.#claims.start(tasks),
      ready: (ids) => this.#sendReady(ids),
    });
    this.#context = makeRunContext(
      { options, workerId, crash, masker: new Masker(options.secrets) },
      ledger,
      this.#rounds,
      () => this.#canStart(),
    );
    this.#claims = new Claims({
      ledger,
      workerId,
      limits: options.limits,
      crash,
      rounds: this.#rounds,
      context: this.#context,
      ready: (ids) => this.#sendReady(ids),
    });
    this.#jobs = new JobRunner(this.#periodicJobs(), { log: jobLog });
    this.#link = new WorkerLink(
      options.socketPath,
      () => [{ type: 'hello', workerId, pid: process.pid }, this.#tickMessage()],
      (message) => this.#receive(message),
    );
  }

  /** Works until it is drained or has lost its lease. @throws when it cannot register in Postgres */
  async run(): Promise<ExecutorEnd> {
    const registeredAt = performance.now();
    await this.ledger.register(this.identity, this.options.times.lease, this.options.staleWorkSeconds);
    this.#lastGoodHeartbeat = registeredAt;
    this.#registered = true;
    await this.#link.listen();
    const ended = new Promise<ExecutorEnd>((resolve) => {
      this.#end = resolve;
    });
    this.#jobs.start();
    const reason = await ended;
    await this.#jobs.stop();
    await this.#context.spawners.end();
    this.#link.close();
    if (reason === 'drained') removeParents(this.options);
    return reason;
  }

  /** Ends as after a `drain` message of the worker: for a signal. @param graceMs how long commands may still run */
  stop(graceMs: number): void {
    void this.#drain(graceMs);
  }

  /** Looks for ready tasks now. */
  look(): void {
    this.#rounds.look();
  }

  /** Looks for cancelled tasks among its own now. */
  readCancellations(): void {
    void this.#jobs.wake('heartbeat');
  }

  /** Every periodic job of this process. The lease depends on the timing of the first two: their pauses do not vary. */
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
      case 'drain':
        void this.#drain(message.graceMs);
        break;
    }
  }

  #tick(): void {
    this.#context.spawners.tick();
    this.#context.driverHost.tick();
    void this.#reportFault(this.#fault);
    this.#link.send(this.#tickMessage());
    // Checked here as well as after a heartbeat: after a freeze, this may be the first code that runs.
    if ((performance.now() - this.#lastGoodHeartbeat) / 1000 > this.options.times.fence)
      void this.#fence('no heartbeat was possible in time');
    if (this.#link.aloneSeconds > this.options.times.orphan && this.#claims.size === 0) void this.#drain(0);
  }

  #tickMessage(): ExecutorMessage {
    return {
      type: 'tick',
      running: this.#claims.size,
      slots: this.options.limits.total,
      ready: this.#ready,
      fault: this.#fault,
    };
  }

  /** Whether claimed tasks can be started, as far as is known. */
  get #ready(): boolean {
    return this.#context.spawners.ready && this.#fault === null;
  }

  /** Why claimed tasks cannot be started, as a phrase; null while they can. */
  get #fault(): string | null {
    return this.#context.spawners.fault ?? this.#context.driverHost.fault;
  }

  /** A spawner or the driver host has started: waiting tasks can be claimed. */
  #canStart(): void {
    this.#link.send(this.#tickMessage());
    void this.#jobs.wake('poll');
  }

  /** Stores the fault, so that the health of the platform shows it whichever API process is asked. */
  async #reportFault(fault: string | null): Promise<void> {
    if (fault === this.#reportedFault) return;
    const before = this.#reportedFault;
    this.#reportedFault = fault;
    try {
      await this.ledger.reportFault(this.identity.id, fault);
    } catch {
      this.#reportedFault = before; // the next tick tries again
    }
  }

  async #heartbeat(): Promise<void> {
    // The lease counts from before the request: the answer may have been long under way.
    const askedAt = performance.now();
    const claims = await this.ledger.heartbeat(this.identity.id, this.options.times.lease);
    if (claims === null) return void this.#fence('declared dead', true);
    this.#lastGoodHeartbeat = askedAt;
    this.#claims.reconcile(claims);
  }

  /** Which tasks may be claimed once these have ended. Tasks that cannot be started here are left to other workers. */
  #capacity(leaving: readonly string[]): Capacity {
    if (!this.#registered || !this.#ready || this.#link.aloneSeconds > this.options.times.orphan)
      return NO_CAPACITY;
    return this.#claims.capacity(leaving);
  }

  async #poll(): Promise<void> {
    if (this.#capacity([]).total === 0) return;
    await this.ledger.promoteDueRetries();
    this.#rounds.look();
  }

  #sendReady(ids: readonly string[]): void {
    if (ids.length > 0) this.#link.send({ type: 'ready', ids: [...ids] });
  }

  /**
   * Claims no more, lets commands run for a while, ends the rest and releases their tasks. When called again, the shorter
   * time counts. The lease can be lost meanwhile as at any other time.
   */
  async #drain(graceMs: number): Promise<void> {
    this.#drainUntil = Math.min(this.#drainUntil, performance.now() + graceMs);
    if (this.#draining) return;
    this.#draining = true;
    this.#claims.close();
    while (this.#claims.size > 0 && performance.now() < this.#drainUntil && !this.#leaseless) await sleep(50);
    for (const run of this.#claims.runs) run.stop(STOP_GRACE_SECONDS);
    await Promise.all(this.#claims.runs.map((run) => run.gone));
    const deadline = performance.now() + LAST_RESULTS_MS;
    while (this.#claims.size > 0 && performance.now() < deadline) await sleep(20);
    await this.#context.driverHost.end();
    if (this.#leaseless) return;
    this.#leaseless = true;
    await this.ledger
      .releaseWorker(this.identity.id, 'Its worker was stopped.', true)
      .catch((error: unknown) => {
        executorLog('warn', 'the tasks could not be released: they are requeued when the lease ends', {
          error: String(error),
        });
      });
    this.#end('drained');
  }

  /**
   * The lease may be over: ends everything before another worker can start it. Results of commands that had ended are
   * still stored, if Postgres comes back before another worker has the task.
   */
  async #fence(reason: string, isDead = false): Promise<void> {
    if (this.#leaseless) return;
    this.#leaseless = true;
    this.#draining = true;
    this.#claims.close();
    executorLog('error', 'lost the lease: ending all commands', { reason, running: this.#claims.size });
    for (const run of this.#claims.runs) run.abandon();
    await Promise.all(this.#claims.runs.map((run) => run.gone));
    await this.#context.driverHost.end();
    const deadline = performance.now() + (isDead ? 0 : this.options.times.lease * 1000);
    while (this.#claims.size > 0 && performance.now() < deadline) await sleep(50);
    for (const run of this.#claims.runs) run.giveUp();
    this.#end('fenced');
  }
}
