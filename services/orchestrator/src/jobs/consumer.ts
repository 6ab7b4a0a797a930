import type { Logger } from '@provisioning/runtime';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobTelemetry } from './telemetry.js';
import { CANCEL_CHANNEL, QUEUE_PREFIX, TASK_QUEUE, type RunTaskJob } from './catalog.js';

export interface ConsumerOptions {
  redis: Redis;
  /** A connection of its own: one that subscribes can do nothing else. */
  subscriber: Redis;
  concurrency: number;
  /** Resolves when the task has ended here or is not ours to run. */
  offer: (taskId: string) => Promise<void>;
  onCancelled: () => void;
  telemetry?: JobTelemetry | undefined;
  log: Logger;
}

/**
 * Answers the doorbell. A job stays active while its task runs, so that the others wait in Redis for whichever worker
 * is free. What BullMQ does with a job that it lost sight of does not matter: nothing runs without a claim in Postgres.
 */
export function startConsumer({
  redis,
  subscriber,
  concurrency,
  offer,
  onCancelled,
  telemetry,
  log,
}: ConsumerOptions): Worker<RunTaskJob> {
  const worker = new Worker<RunTaskJob>(TASK_QUEUE, (job) => offer(job.data.task_id), {
    connection: redis,
    prefix: QUEUE_PREFIX,
    concurrency,
    lockDuration: 30_000,
    stalledInterval: 15_000,
    maxStalledCount: 1_000,
    drainDelay: 5,
    skipVersionCheck: true,
    ...(telemetry && { telemetry }),
  });
  worker.on('error', (error) => log.debug('queue trouble', { error: error.message }));
  subscriber.on('message', onCancelled);
  subscriber.on('ready', () => void subscriber.subscribe(CANCEL_CHANNEL).catch(() => undefined));
  return worker;
}
