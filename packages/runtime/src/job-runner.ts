/** Work that a process repeats for as long as it runs. */
export interface PeriodicJob {
  /** Unique in its process: lower-case words joined by `_`. The `job` label of the metrics and the `job` field of the log. */
  name: string;
  /** Pause between the end of a run and the start of the next, in milliseconds. */
  intervalMs: number;
  /** How far a pause varies around the interval, as a fraction of it, so that processes spread out; default 0.1. */
  jitter?: number;
  /** Waits one interval before the first run; without it, the first run starts with the runner. */
  startsLater?: boolean;
  /**
   * After a failure the pause doubles with each further failure, from the interval up to this many milliseconds.
   * Without it, the pause after a failure is the usual one.
   */
  longestPauseMs?: number;
  /** What a failed run means for the operator, as the message of the log line. */
  failure: string;
  /** `error` if only a person can end the failure; default `warn`. */
  failureLevel?: 'warn' | 'error';
  /** One run. `true` means that there is more to do: the next run follows without a pause. A rejection is a failed run. */
  run: () => unknown;
  /** Called at the stop, after the last run. */
  finish?: () => unknown;
}

/** Receives the outcome of every run; see `jobMetrics`. */
export interface JobObserver {
  /** @param seconds the duration of the run */
  ran(job: string, seconds: number, succeeded: boolean): void;
}

interface RunnerLog {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** Options of a {@link JobRunner}. */
export interface JobRunnerOptions {
  log: RunnerLog;
  observer?: JobObserver;
  /** From 0 up to, but not including, 1; default `Math.random`. */
  random?: () => number;
}

const DEFAULT_JITTER = 0.1;
/** A job that keeps failing is logged at the first failure, and then at most this often. */
const REPEAT_LOG_MS = 60_000;

/**
 * Runs the periodic jobs of a process. A job never overlaps itself; jobs run independently of each other, and one that
 * fails is tried again. Its timers do not keep the process alive.
 */
export class JobRunner {
  readonly #loops: ReadonlyMap<string, Loop>;

  /** @throws Error if two jobs have the same name */
  constructor(jobs: readonly PeriodicJob[], options: JobRunnerOptions) {
    this.#loops = new Map(jobs.map((job) => [job.name, new Loop(job, options)]));
    if (this.#loops.size < jobs.length) throw new Error('Two periodic jobs have the same name.');
  }

  /**
   * @param names jobs to start; default: all. A job that was started or stopped before is not affected.
   * @throws Error for a name that no job has
   */
  start(names: Iterable<string> = this.#loops.keys()): void {
    for (const name of names) this.#loop(name).start();
  }

  /**
   * Runs a job without waiting for its interval. During a run, the job runs once more after it, however often it is woken.
   * @returns resolves at the end of a run that began after the call, failed or not; at once for a job that is not running
   * @throws Error for a name that no job has
   */
  wake(name: string): Promise<void> {
    return this.#loop(name).wake();
  }

  /** Starts no more runs. Resolves when the current runs have ended and every started job has finished. Never rejects. */
  async stop(): Promise<void> {
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
  }

  #loop(name: string): Loop {
    const loop = this.#loops.get(name);
    if (!loop) throw new Error(`There is no periodic job "${name}".`);
    return loop;
  }
}

/** One job and its timer. */
class Loop {
  #state: 'new' | 'started' | 'stopped' = 'new';
  #timer: NodeJS.Timeout | undefined;
  #cycle: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  /** Callers of {@link wake} whose run has not started yet. */
  #woken: (() => void)[] = [];
  /** Consecutive failed runs. */
  #failures = 0;
  #loggedAt = -Infinity;

  constructor(
    private readonly job: PeriodicJob,
    private readonly options: JobRunnerOptions,
  ) {}

  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    if (this.job.startsLater) this.#schedule(this.job.intervalMs);
    else this.#go();
  }

  wake(): Promise<void> {
    if (this.#state !== 'started') return Promise.resolve();
    return new Promise((resolve) => {
      this.#woken.push(resolve);
      this.#go();
    });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const wasStarted = this.#state === 'started';
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    await this.#cycle;
    for (const resolve of this.#woken.splice(0)) resolve();
    if (!wasStarted) return;
    try {
      await this.job.finish?.();
    } catch (error) {
      this.options.log.warn('a periodic job could not finish', { job: this.job.name, error });
    }
  }

  #go(): void {
    clearTimeout(this.#timer);
    this.#cycle ??= this.#runWhileAsked();
  }

  #schedule(ms: number): void {
    const { jitter = DEFAULT_JITTER } = this.job;
    const { random = Math.random } = this.options;
    this.#timer = setTimeout(() => this.#go(), ms * (1 + jitter * (2 * random() - 1))).unref();
  }

  async #runWhileAsked(): Promise<void> {
    let more: boolean;
    do {
      const woken = this.#woken.splice(0);
      more = await this.#run();
      for (const resolve of woken) resolve();
    } while (this.#state === 'started' && (more || this.#woken.length > 0));
    this.#cycle = undefined;
    if (this.#state === 'started') this.#schedule(this.#pause());
  }

  /** @returns whether there is more to do */
  async #run(): Promise<boolean> {
    const { name, run } = this.job;
    const startedAt = performance.now();
    try {
      const more = (await run()) === true;
      this.options.observer?.ran(name, (performance.now() - startedAt) / 1000, true);
      if (this.#failures > 0)
        this.options.log.info('a periodic job works again', { job: name, failures: this.#failures });
      this.#failures = 0;
      this.#loggedAt = -Infinity;
      return more;
    } catch (error) {
      this.options.observer?.ran(name, (performance.now() - startedAt) / 1000, false);
      this.#failures += 1;
      this.#logFailure(error);
      return false;
    }
  }

  #logFailure(error: unknown): void {
    const now = performance.now();
    if (now - this.#loggedAt < REPEAT_LOG_MS) return;
    this.#loggedAt = now;
    const { name, failure, failureLevel = 'warn' } = this.job;
    this.options.log[failureLevel](failure, { job: name, failures: this.#failures, error });
  }

  /** Until the next run, in milliseconds. */
  #pause(): number {
    const { intervalMs, longestPauseMs } = this.job;
    if (longestPauseMs === undefined || this.#failures === 0) return intervalMs;
    return Math.min(longestPauseMs, intervalMs * 2 ** (this.#failures - 1));
  }
}
