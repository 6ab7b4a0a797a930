import { Failure } from '@provisioning/errors';
import { redisFault, within, type Logger } from '@provisioning/runtime';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { Gathered } from '../domain/worker/gathered.js';
import type { QueuedWork, QueuedWorkStore } from '../domain/worker/queued-work.js';
import {
  COMPLETE_KEY,
  jobIdOf,
  PROBE_KEY,
  PROMOTER_KEY,
  QUEUE,
  QUEUE_PREFIX,
  workIdOf,
  type WorkJob,
  type WorkResult,
} from './catalog.js';
import type { JobTelemetry } from './telemetry.js';

/** Limit of every wait for Redis, in milliseconds. */
const LIMIT_MS = 300;
/** How long Redis keeps what a probe has stored, in milliseconds. */
const PROBE_KEPT_MS = 60_000;
/** How long one worker looks after the delayed jobs before another may, in milliseconds. */
const PROMOTER_MS = 900;
/** Jobs that are read or added in one step. */
const PAGE = 500;

/** How many ended jobs Redis keeps for dashboards, and for how many seconds. */
const KEPT = {
  removeOnComplete: { count: 1_000, age: 24 * 3_600 },
  removeOnFail: { count: 1_000, age: 7 * 24 * 3_600 },
};

type BullQueue = Queue<WorkJob, WorkResult>;

/** Number of jobs by state. */
export type JobCounts = Record<'waiting' | 'active' | 'delayed', number>;

/**
 * The BullMQ queue of submitted work. A job shows the work to every tool that reads BullMQ queues, and a worker that takes
 * it claims in Postgres what is ready. A job that cannot be stored costs nothing but its place in the queue: workers find
 * ready tasks in Postgres, and `restore` adds the job later. No call waits for Redis longer than {@link LIMIT_MS}.
 */
export class WorkQueue {
  readonly #added = new Gathered<QueuedWork>((works) => this.#send(works));
  #queue: BullQueue | undefined;
  #fault: string | undefined;
  /** Whether jobs may be missing: after the start of this process, and after a job that could not be stored. */
  #incomplete = true;
  /** First of the delayed jobs that the next look reads. */
  #nextDelayed = 0;

  constructor(
    private readonly redis: Redis,
    private readonly log: Logger,
    private readonly telemetry?: JobTelemetry,
  ) {}

  /** Adds a job in the background. */
  add(work: QueuedWork): void {
    // Where jobs carry traces, each is added within the trace of its own request.
    if (this.telemetry) void this.#send([work]).catch(() => undefined);
    else this.#added.add([work]);
  }

  async counts(): Promise<JobCounts> {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
    } = await this.#within((queue) => queue.getJobCounts('waiting', 'active', 'delayed'));
    return { waiting, active, delayed };
  }

  /** Checks that Redis stores data. @throws Failure `unavailable` with the reason */
  async probe(): Promise<void> {
    try {
      await within(LIMIT_MS, this.redis.set(PROBE_KEY, '', 'PX', PROBE_KEPT_MS));
    } catch (error) {
      throw new Failure('unavailable', redisFault(error), { cause: error });
    }
  }

  /** Adds the jobs of all open work if some may be missing, as after a loss of Redis' data. Adding a job twice changes nothing. */
  async restore(store: Pick<QueuedWorkStore, 'open'>): Promise<void> {
    if (this.redis.status !== 'ready') return;
    if (!this.#incomplete && (await within(LIMIT_MS, this.redis.exists(COMPLETE_KEY))) === 1) return;
    // Cleared first: a job that cannot be stored meanwhile sets it again.
    this.#incomplete = false;
    try {
      for (let after: string | undefined; ;) {
        const works = await store.open(after, PAGE);
        if (works.length > 0) await this.#send(works);
        if (works.length < PAGE) break;
        after = works.at(-1)!.id;
      }
      await within(LIMIT_MS, this.redis.set(COMPLETE_KEY, ''));
    } catch (error) {
      this.#incomplete = true;
      throw error;
    }
  }

  /** Moves delayed jobs whose work has started or ended back to the waiting ones. One worker at a time does it. */
  async promote(store: Pick<QueuedWorkStore, 'states'>): Promise<void> {
    if (this.redis.status !== 'ready') return;
    if ((await within(LIMIT_MS, this.redis.set(PROMOTER_KEY, '', 'PX', PROMOTER_MS, 'NX'))) === null) return;
    const first = this.#nextDelayed;
    const jobIds = await this.#within((queue) => queue.getRanges(['delayed'], first, first + PAGE - 1, true));
    this.#nextDelayed = jobIds.length < PAGE ? 0 : first + PAGE;
    if (jobIds.length === 0) return;
    const jobIdOfWork = new Map(jobIds.map((jobId) => [workIdOf(jobId), jobId]));
    for (const { id, started, ended } of await store.states([...jobIdOfWork.keys()])) {
      if (!started && !ended) continue;
      await this.#within(async (queue) => (await queue.getJob(jobIdOfWork.get(id)!))?.promote()).catch(
        // Another process was faster.
        () => undefined,
      );
    }
  }

  async close(): Promise<void> {
    const queue = this.#queue;
    if (queue) await within(LIMIT_MS, queue.close()).catch(() => undefined);
  }

  /** @throws what Redis answers; the jobs are then added by `restore` */
  async #send(works: readonly QueuedWork[]): Promise<void> {
    const jobs = works.map((work) => ({
      name: work.name,
      data: { id: work.id, kind: work.kind, infras: work.infras, submitted_by: work.submittedBy },
      opts: { jobId: jobIdOf(work) },
    }));
    try {
      await this.#within((queue) => queue.addBulk(jobs));
      if (this.#fault !== undefined) this.log.info('jobs are added to the queue again');
      this.#fault = undefined;
    } catch (error) {
      this.#incomplete = true;
      const fault = redisFault(error);
      if (fault !== this.#fault)
        this.log.warn('jobs are not added to the queue: workers find tasks in Postgres', { error: fault });
      this.#fault = fault;
      throw error;
    }
  }

  #within<T>(act: (queue: BullQueue) => Promise<T>): Promise<T> {
    return within(LIMIT_MS, this.#opened().then(act));
  }

  /**
   * The queue, once Redis is connected. BullMQ waits for its first connection without a limit, and never recovers from one
   * that fails. So a queue is made only where Redis is connected, and made again if it does not become ready.
   */
  async #opened(): Promise<BullQueue> {
    if (this.redis.status !== 'ready') throw new Error('not connected');
    const queue = (this.#queue ??= this.#makeQueue());
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      if (this.#queue === queue) this.#queue = undefined;
      queue.close().catch(() => undefined);
      throw error;
    }
  }

  #makeQueue(): BullQueue {
    const queue: BullQueue = new Queue(QUEUE, {
      connection: this.redis,
      prefix: QUEUE_PREFIX,
      skipVersionCheck: true,
      ...(this.telemetry && { telemetry: this.telemetry }),
      defaultJobOptions: { attempts: 1, ...KEPT },
    });
    queue.on('error', () => {}); // the connection logs its own faults
    return queue;
  }
}
