import type { Logger } from '@provisioning/runtime';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Doorbell } from '../domain/ports.js';
import { CANCEL_CHANNEL, jobIdOf, QUEUE_PREFIX, RUN_TASK, TASK_QUEUE, type RunTaskJob } from './catalog.js';

/** Rings with a BullMQ job per task. A ring that fails costs a second or two, never a task: workers look in Postgres too. */
export class BullDoorbell implements Doorbell {
  readonly queue: Queue<RunTaskJob>;

  constructor(
    private readonly redis: Redis,
    private readonly log: Logger,
  ) {
    this.queue = new Queue<RunTaskJob>(TASK_QUEUE, {
      connection: redis,
      prefix: QUEUE_PREFIX,
      skipVersionCheck: true,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    this.queue.on('error', () => {}); // the connection reports its own trouble
  }

  async ring(taskIds: readonly string[]): Promise<void> {
    if (taskIds.length === 0) return;
    const jobs = taskIds.map((id) => ({
      name: RUN_TASK,
      data: { task_id: id },
      opts: { jobId: jobIdOf(id) },
    }));
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
