import { within, type Logger } from '@provisioning/runtime';
import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueuedWorkState, QueuedWorkStore } from '../domain/worker/queued-work.js';
import { QUEUE, QUEUE_PREFIX, type WorkJob, type WorkResult } from './catalog.js';
import type { JobTelemetry } from './telemetry.js';

/** Jobs that one worker follows at once. Following costs a row of a query, not a slot. */
const FOLLOWED_AT_ONCE = 1_000;
/** How long a new job waits until the executor had room for its work, in milliseconds. */
const ROOM_MS = 500;
/** Work that has not started is looked at again after this long even if nothing promotes its job, in milliseconds. */
const DELAY_MS = 5 * 60_000;
/** Limit of each wait for Redis, in milliseconds: its client would wait without one. */
const LIMIT_MS = 500;

type BullJob = Job<WorkJob, WorkResult>;

interface Followed {
  job: BullJob;
  token: string | undefined;
  progress: number;
  resolve: (result: WorkResult) => void;
  reject: (error: Error) => void;
}

/** What the consumer of the queue needs. */
export interface WorkConsumerOptions {
  redis: Redis;
  store: Pick<QueuedWorkStore, 'states'>;
  /** Makes the executor claim what is ready; resolves when it had room and has claimed it. */
  offer: () => Promise<void>;
  /** Called when a job was taken and `look` should run soon. */
  onTaken: () => void;
  telemetry?: JobTelemetry | undefined;
  log: Logger;
}

/**
 * Takes jobs of the queue and follows their work until it has ended. Taking a job makes the executor claim in Postgres what
 * is ready, in the order of Postgres. A job is active while its work runs here or on other workers, and delayed while its
 * work has not started. A job that stalls with its worker is taken by another one. Nothing runs without a claim in Postgres.
 */
export class WorkConsumer {
  readonly #followed = new Map<string, Followed>();
  readonly #worker: Worker<WorkJob, WorkResult>;

  constructor(private readonly options: WorkConsumerOptions) {
    const { redis, telemetry, log } = options;
    this.#worker = new Worker<WorkJob, WorkResult>(QUEUE, (job, token) => this.#take(job, token), {
      connection: redis,
      prefix: QUEUE_PREFIX,
      concurrency: FOLLOWED_AT_ONCE,
      lockDuration: 30_000,
      stalledInterval: 15_000,
      // A job fails with its work only, however often it stalls.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: 5,
      skipVersionCheck: true,
      ...(telemetry && { telemetry }),
    });
    this.#worker.on('error', (error) => log.debug('the queue cannot be read', { error: error.message }));
  }

  /** Compares the jobs that are followed with Postgres. */
  async look(): Promise<void> {
    const ids = [...this.#followed.keys()];
    if (ids.length === 0) return;
    const states = new Map((await this.options.store.states(ids)).map((state) => [state.id, state]));
    await Promise.all(ids.map((id) => this.#advance(id, states.get(id))));
  }

  /** Stops taking jobs, and leaves those that are followed to other workers. Resolves within 2 × {@link LIMIT_MS}. */
  async close(): Promise<void> {
    const followed = [...this.#followed.values()];
    this.#followed.clear();
    const released = followed.map(async ({ job, token, reject }) => {
      await job.moveToWait(token);
      reject(new WaitingError());
    });
    await within(LIMIT_MS, Promise.all([this.#worker.pause(true), ...released])).catch(() => undefined);
    // Without Redis, BullMQ would wait for it without a limit.
    await within(LIMIT_MS, this.#worker.close(true)).catch(() => undefined);
  }

  async #take(job: BullJob, token: string | undefined): Promise<WorkResult> {
    await within(ROOM_MS, this.options.offer()).catch(() => undefined);
    return new Promise((resolve, reject) => {
      // The job stalled, or was restored after a loss of Redis' data. The earlier run ends with this one, not before:
      // BullMQ stops renewing the lock of a job when any of its runs ends.
      const earlier = this.#followed.get(job.data.id);
      const endEarlier = () => earlier?.reject(new DelayedError());
      this.#followed.set(job.data.id, {
        job,
        token,
        progress: 0,
        resolve: (result) => {
          resolve(result);
          endEarlier();
        },
        reject: (error) => {
          reject(error);
          endEarlier();
        },
      });
      this.options.onTaken();
    });
  }

  /** @param state undefined if Postgres does not have this work, as after its retention */
  async #advance(id: string, state: QueuedWorkState | undefined): Promise<void> {
    const followed = this.#followed.get(id);
    if (!followed) return;
    const { job, token, resolve, reject } = followed;
    if (state === undefined) {
      this.#followed.delete(id);
      reject(new UnrecoverableError('The database does not contain this work.'));
    } else if (state.ended) {
      this.#followed.delete(id);
      if (state.status === 'Completed') {
        await within(LIMIT_MS, job.updateProgress(100)).catch(() => undefined);
        resolve({ status: state.status });
      } else reject(new UnrecoverableError(`${state.status}: ${state.error ?? 'no reason was recorded'}`));
    } else if (!state.started) {
      this.#followed.delete(id);
      // If Redis does not answer, or another worker has the job, it stalls and is taken again.
      await within(LIMIT_MS, job.moveToDelayed(Date.now() + DELAY_MS, token)).catch(() => undefined);
      reject(new DelayedError());
    } else if (state.progress !== followed.progress) {
      followed.progress = state.progress;
      await within(LIMIT_MS, job.updateProgress(state.progress)).catch(() => undefined);
    }
  }
}
