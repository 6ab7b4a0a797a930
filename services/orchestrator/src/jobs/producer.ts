import type { Logger } from '@provisioning/runtime';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Doorbell } from '../domain/ports.js';
import type { JobTelemetry } from './telemetry.js';
import {
  CANCEL_CHANNEL,
  jobIdOf,
  QUEUE_PREFIX,
  RUN_TASKS,
  TASK_QUEUE,
  TASKS_PER_JOB,
  type RunTasksJob,
} from './catalog.js';

/** Rings with a BullMQ job for a few tasks each. A ring that fails costs a second or two, never a task: workers look in Postgres too. */
export class BullDoorbell implements Doorbell {
  readonly queue: Queue<RunTasksJob>;

  constructor(
    private readonly redis: Redis,
    private readonly log: Logger,
    telemetry?: JobTelemetry,
  ) {
    this.queue = new Queue<RunTasksJob>(TASK_QUEUE, {
      connection: redis,
      prefix: QUEUE_PREFIX,
      skipVersionCheck: true,
      ...(telemetry && { telemetry }),
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    this.queue.on('error', () => {}); // the connection reports its own trouble
  }

  async ring(taskIds: readonly string[]): Promise<void> {
    if (taskIds.length === 0) return;
    const jobs = [];
    for (let start = 0; start < taskIds.length; start += TASKS_PER_JOB)
      jobs.push({
        name: RUN_TASKS,
        data: { task_ids: taskIds.slice(start, start + TASKS_PER_JOB) },
        opts: { jobId: jobIdOf(taskIds[start]!) },
      });
    await this.queue.addBulk(jobs).catch((error: unknown) => this.#failed(error));
  }

  async cancelled(): Promise<void> {
    await this.redis.publish(CANCEL_CHANNEL, '').catch((error: unknown) => this.#failed(error));
  }

  /** How many wait for a worker, and how many a worker has. */
  async jobs(): Promise<Record<'waiting' | 'active', number>> {
    const { waiting = 0, active = 0 } = await this.queue.getJobCounts('waiting', 'active');
    return { waiting, active };
  }

  async close(): Promise<void> {
    await this.queue.close().catch(() => undefined);
  }

  #failed(error: unknown): void {
    this.log.debug('the doorbell did not ring', { error });
  }
}
