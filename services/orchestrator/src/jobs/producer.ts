import { redisFault, within, type Logger } from '@provisioning/runtime';
import { Failure } from '@provisioning/errors';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { WorkerNotifier } from '../domain/worker/worker-notifier.js';
import { WakeUps } from '../domain/worker/wake-ups.js';
import type { JobTelemetry } from './telemetry.js';
import {
  CANCEL_CHANNEL,
  jobIdOf,
  PROBE_KEY,
  QUEUE_PREFIX,
  RUN_TASKS,
  TASK_QUEUE,
  TASKS_PER_JOB,
  type RunTasksJob,
} from './catalog.js';

/** The time limit of every call here, in milliseconds. */
const LIMIT_MS = 300;
/** How long Redis keeps the value of a probe, in milliseconds. */
const PROBE_KEPT_MS = 60_000;

/**
 * Wakes workers with BullMQ jobs for a few tasks each. A wake-up that cannot be sent costs a second or two, never a task,
 * because workers poll Postgres too. Every wait for Redis is limited, even where BullMQ itself would wait forever.
 */
export class BullWorkerNotifier implements WorkerNotifier {
  readonly #wakeUps = new WakeUps((taskIds) => this.#send(taskIds));
  #queue: Queue<RunTasksJob> | undefined;
  #fault: string | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly log: Logger,
    private readonly telemetry?: JobTelemetry,
  ) {}

  notify(taskIds: readonly string[]): void {
    if (taskIds.length === 0) return;
    // With traces in jobs, each job belongs to the trace of its request.
    if (this.telemetry) void this.#send(taskIds);
    else this.#wakeUps.add(taskIds);
  }

  notifyCancelled(): void {
    this.redis.publish(CANCEL_CHANNEL, '').then(
      () => this.#sent(),
      (error: unknown) => this.#failed(error),
    );
  }

  /** The number of jobs that wait for a worker, and of those that a worker has. */
  async jobs(): Promise<Record<'waiting' | 'active', number>> {
    const { waiting = 0, active = 0 } = await this.#within((queue) =>
      queue.getJobCounts('waiting', 'active'),
    );
    return { waiting, active };
  }

  /** Whether Redis stores values. @throws Failure `unavailable` with the reason if it does not */
  async probe(): Promise<void> {
    try {
      await within(LIMIT_MS, this.redis.set(PROBE_KEY, '', 'PX', PROBE_KEPT_MS));
    } catch (error) {
      throw new Failure('unavailable', redisFault(error), { cause: error });
    }
  }

  async close(): Promise<void> {
    const queue = this.#queue;
    if (queue) await within(LIMIT_MS, queue.close()).catch(() => undefined);
  }

  async #send(taskIds: readonly string[]): Promise<void> {
    const jobs: { name: string; data: RunTasksJob; opts: { jobId: string } }[] = [];
    for (let start = 0; start < taskIds.length; start += TASKS_PER_JOB)
      jobs.push({
        name: RUN_TASKS,
        data: { task_ids: taskIds.slice(start, start + TASKS_PER_JOB) },
        opts: { jobId: jobIdOf(taskIds[start]!) },
      });
    await this.#within((queue) => queue.addBulk(jobs)).then(
      () => this.#sent(),
      (error: unknown) => this.#failed(error),
    );
  }

  #within<T>(act: (queue: Queue<RunTasksJob>) => Promise<T>): Promise<T> {
    return within(LIMIT_MS, this.#opened().then(act));
  }

  /**
   * The queue, once Redis is connected. BullMQ waits for its first connection without a limit and never recovers from one
   * that fails, so a queue is made only when Redis is connected, and made again if it does not become ready.
   */
  async #opened(): Promise<Queue<RunTasksJob>> {
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

  #makeQueue(): Queue<RunTasksJob> {
    const queue = new Queue<RunTasksJob>(TASK_QUEUE, {
      connection: this.redis,
      prefix: QUEUE_PREFIX,
      skipVersionCheck: true,
      ...(this.telemetry && { telemetry: this.telemetry }),
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', () => {}); // the connection reports its own errors
    return queue;
  }

  #sent(): void {
    if (this.#fault !== undefined) this.log.info('wake-ups are sent again');
    this.#fault = undefined;
  }

  #failed(error: unknown): void {
    const fault = redisFault(error);
    if (fault !== this.#fault)
      this.log.warn('wake-ups are not sent: workers find tasks by looking', { error: fault });
    this.#fault = fault;
  }
}
