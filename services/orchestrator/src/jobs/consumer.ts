import type { Logger } from '@provisioning/runtime';
import { WaitingError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobTelemetry } from './telemetry.js';
import { CANCEL_CHANNEL, QUEUE_PREFIX, TASK_QUEUE, type RunTasksJob } from './catalog.js';

/** The number of jobs that are processed concurrently; each is processed with all the room that there is. */
const ANSWERS_AT_ONCE = 4;
/** A job that finds no room for this long, in milliseconds, is returned: other workers may have room. */
const PATIENCE_MS = 50;

/** What {@link startConsumer} needs. */
export interface ConsumerOptions {
  redis: Redis;
  /** A separate connection: one that subscribes can do nothing else. */
  subscriber: Redis;
  /** Resolves when there was room and everything that is ready was claimed. */
  offer: () => Promise<void>;
  onCancelled: () => void;
  telemetry?: JobTelemetry | undefined;
  log: Logger;
}

/**
 * Processes wake-ups: a worker that receives one claims as many tasks as it has room for, in the order of Postgres. A job
 * waits in Redis until a worker has room. A job that BullMQ repeats or loses does no harm: nothing runs without a claim
 * in Postgres.
 */
export function startConsumer({
  redis,
  subscriber,
  offer,
  onCancelled,
  telemetry,
  log,
}: ConsumerOptions): Worker<RunTasksJob> {
  const answer = async (job: Job<RunTasksJob>, token?: string) => {
    const looked = offer();
    if (await within(looked, PATIENCE_MS)) return;
    void worker.pause(true).catch(() => undefined);
    void looked.then(() => worker.resume()).catch(() => undefined);
    await job.moveToWait(token);
    throw new WaitingError();
  };
  const worker = new Worker<RunTasksJob>(TASK_QUEUE, answer, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    concurrency: ANSWERS_AT_ONCE,
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

/** Whether it resolves in time. */
async function within(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
