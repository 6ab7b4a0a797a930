import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { atPace } from '../../peers/part.js';
import { within } from '../../peers/within.js';
import { startPlatform, type Platform } from '../../setting/platform.js';
import { postmasterOf, processorTimes, type ProcessorTimes } from '../../setting/processor-time.js';
import { request } from '../../setting/request.js';
import { WallClock } from './wall-clock.js';

const LOOK_MS = 3;
/** Rare, because it reads the audit's position. */
const AUDIT_LOOK_MS = 50;
/** So many infras that no two tasks of a paced run wait for each other: an infra is changed by one task at a time. */
const INFRAS = 20;
/** The maximum of the contract. */
const PARALLEL = 100;
/** The resolution of the platform's own monitor: it reports pauses too long by this. */
const LOOP_RESOLUTION_MS = 10;

interface Running {
  platform: Platform;
  pool: pg.Pool;
  slots: number;
  /** Process id of its Postgres. */
  postmaster: number;
}

/** An operation of a batch, as a client sends it. */
export type Operation = { id: string; dependencies?: string[] } & (
  | { type: 'command_batch'; commands: string[] }
  | { type: 'server_batch'; provider: 'noop'; infra: string; server_configs: object[] }
);

/** The platform, used as by its users: through the API, on a worker with the requested number of slots. */
export class Ours {
  readonly name: string;
  #running: Running | undefined;
  #batches = 0;

  /** @param between see PlatformOptions */
  constructor(
    readonly redis: boolean,
    private readonly between?: (databaseUrl: string) => Promise<string>,
  ) {
    this.name = redis ? 'ours with Redis' : 'ours without Redis';
  }

  /** @returns milliseconds from sending the batch until it is completed in Postgres */
  async runBatch(slots: number, operations: readonly Operation[], parallel = PARALLEL): Promise<number> {
    const running = await this.#with(slots);
    return within(`A batch of ${this.name}`, this.#runBatch(running, operations, parallel));
  }

  async #runBatch(
    { platform, pool }: Running,
    operations: readonly Operation[],
    parallel: number,
  ): Promise<number> {
    const start = performance.now();
    const { batch_id: id } = await this.#post<{ batch_id: string }>(platform, '/batch/execute', {
      name: `bench-${++this.#batches}`,
      version: '1.0.0',
      storage_backend: 'filesystem',
      parallel_limit: parallel,
      rollback_enabled: false,
      operations,
    });
    for (;;) {
      const { rows } = await pool.query<{ status: string; completed: number }>({
        name: 'look',
        text: 'select status, completed from batches where id = $1',
        values: [id],
      });
      const { status, completed } = rows[0]!;
      if (status === 'Completed' && completed === operations.length) return performance.now() - start;
      if (!['Pending', 'Running'].includes(status))
        throw new Error(`A batch of ${this.name} is ${status} after ${completed} of ${operations.length}.`);
      await sleep(LOOK_MS);
    }
  }

  /** @returns for each task, milliseconds from the sending of its request to its start in Postgres */
  async startDelays(slots: number, pace: { count: number; perSecond: number }): Promise<number[]> {
    const { platform, pool } = await this.#with(slots);
    const clock = await WallClock.set();
    const sentAt = new Map<string, number>();
    await atPace(pace, async (index) => {
      const sent = clock.now();
      const body = {
        infra: `bench-${index % INFRAS}`,
        settings: 'bench.ncl',
        check_mode: false,
        wait: false,
      };
      sentAt.set(await this.#post<string>(platform, '/workflows/servers/create', body), sent);
    });
    return within(`The tasks of ${this.name}`, startsOf(pool, sentAt));
  }

  /** The bench's own connections to the platform's Postgres. */
  async poolWith(slots: number): Promise<pg.Pool> {
    return (await this.#with(slots)).pool;
  }

  /** Waits until the audit trail has everything that was done. */
  async untilAudited(slots: number): Promise<void> {
    const { pool } = await this.#with(slots);
    const caughtUp = async () => {
      const { rows } = await pool.query<{ done: boolean }>({
        name: 'audited',
        text: `select not exists (select from event_chunks where number > p.seq) as done from feed_positions p where consumer = 'audit'`,
      });
      return rows[0]!.done;
    };
    const wait = async () => {
      while (!(await caughtUp())) await sleep(AUDIT_LOOK_MS);
    };
    await within(`The audit of ${this.name}`, wait());
  }

  /** Processor time so far, by process. */
  async processorTimes(slots: number): Promise<ProcessorTimes> {
    const { platform, pool, postmaster } = await this.#with(slots);
    const roots = [
      { label: 'control center', pid: platform.controlCenter },
      { label: 'API', pid: platform.api },
      ...platform.workers.map((pid) => ({ label: 'worker', pid })),
      ...(platform.redis === undefined ? [] : [{ label: 'Redis', pid: platform.redis }]),
    ];
    return processorTimes(roots, { pool, pid: postmaster });
  }

  /** The longest pause of the worker's event loop since the last call. */
  async stallMs(slots: number): Promise<number> {
    const { platform } = await this.#with(slots);
    const { text } = await request(platform.workerUrls[0]!, 'GET', '/metrics');
    const seconds = /^nodejs_eventloop_lag_max_seconds(?:\{.*\})? (\S+)$/m.exec(text)?.[1];
    if (seconds === undefined)
      throw new Error(`The worker does not report its pauses:\n${text.slice(0, 500)}`);
    return Math.max(0, Number(seconds) * 1000 - LOOP_RESOLUTION_MS);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.pool.end();
    await running?.platform.stop();
  }

  /** Restarted for another number of slots, in the warm-up round. */
  async #with(slots: number): Promise<Running> {
    if (this.#running?.slots === slots) return this.#running;
    await this.stop();
    const platform = await startPlatform({
      redis: this.redis,
      workers: 1,
      ...(this.between && { between: this.between }),
      environment: {
        WORKER_CONCURRENCY: String(slots),
        BATCH_COMMANDS: 'true=/bin/true,sleep=/bin/sleep',
      },
    });
    const pool = new pg.Pool({
      connectionString: platform.databaseUrl,
      max: 1,
      options: '-c search_path=orchestrator',
      application_name: 'bench',
    });
    pool.on('error', () => undefined);
    this.#running = { platform, pool, slots, postmaster: await postmasterOf(pool) };
    return this.#running;
  }

  async #post<T>({ orchestratorUrl, token }: Platform, path: string, body: object): Promise<T> {
    const { status, text } = await request(orchestratorUrl, 'POST', path, body, token);
    if (status < 200 || status > 299) throw new Error(`${path} was answered with ${status}: ${text}`);
    // Safe cast: the contract of the operation defines this answer.
    return (JSON.parse(text) as { data: T }).data;
  }
}

/** Waits until all have started. */
async function startsOf(pool: pg.Pool, sentAt: ReadonlyMap<string, number>): Promise<number[]> {
  for (;;) {
    const { rows } = await pool.query<{ id: string; started: number | null }>(
      'select id, extract(epoch from started_at)::float8 * 1000 as started from tasks where id = any($1)',
      [[...sentAt.keys()]],
    );
    if (rows.every(({ started }) => started !== null))
      return rows.map(({ id, started }) => started! - sentAt.get(id)!);
    await sleep(LOOK_MS);
  }
}
