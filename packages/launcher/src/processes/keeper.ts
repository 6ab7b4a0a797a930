import { messageOf } from '@provisioning/errors';
import type { StopOptions } from '@provisioning/embedded';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit } from './describe-exit.js';
import { reportWaiting, type WaitReports } from './report-waiting.js';
import { StartError } from './start-error.js';
import type { Running, Startable } from './startable.js';

/** How often and after which pauses a process is restarted. */
export interface KeeperOptions extends WaitReports {
  /** First and longest pause before a process that died is restarted, in milliseconds. */
  backoff?: { first: number; longest: number };
  /** A process that ran for this long is healthy: after its next exit, the first pause applies again. */
  healthyAfterMs?: number;
  /** Number of attempts of the first start, for a process that ends before it is ready; default: 3. */
  firstAttempts?: number;
}

/** Keeps one process running: restarts it whenever it ends unexpectedly. */
export class Keeper {
  readonly #startable: Startable;
  readonly #options: KeeperOptions;
  readonly #report: (line: string) => void;
  readonly #backoff: { first: number; longest: number };
  readonly #healthyAfterMs: number;
  readonly #stopping = new AbortController();
  #running: Running | undefined;
  #starting: Promise<Running> | undefined;
  #watching: Promise<void> = Promise.resolve();

  constructor(startable: Startable, options: KeeperOptions) {
    this.#startable = startable;
    this.#options = options;
    this.#report = options.report;
    this.#backoff = options.backoff ?? { first: 500, longest: 10_000 };
    this.#healthyAfterMs = options.healthyAfterMs ?? 30_000;
  }

  get name(): string {
    return this.#startable.name;
  }

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /**
   * The first start: it waits for as long as the process runs, and restarts one that died before it was ready.
   * @throws when it fails: the user who starts the platform must know at once.
   */
  async start(): Promise<void> {
    this.#starting = this.#firstStart();
    const running = await this.#starting;
    this.#running = running;
    this.#watching = this.#watch(running);
  }

  /** Ends the process in any state; it is not restarted. */
  async stop(how: StopOptions = {}): Promise<void> {
    this.#stopping.abort();
    // A stop during the first start: the process that results from it is ended, too.
    await this.#starting?.catch(() => undefined);
    await this.#running?.stop({ graceMs: this.#startable.stopWithinMs, ...how });
    await this.#watching;
  }

  async #watch(first: Running): Promise<void> {
    let pause = this.#backoff.first;
    for (let running = first; ;) {
      const since = performance.now();
      const exit = await running.exited;
      if (this.#stopping.signal.aborted) return;
      this.#running = undefined;
      if (performance.now() - since >= this.#healthyAfterMs) pause = this.#backoff.first;
      this.#report(`${this.name} ${describeExit(exit)}; starting it again in ${pause / 1000} s`);
      const next = await this.#again(pause);
      if (next === undefined) return;
      ({ running, pause } = next);
    }
  }

  async #firstStart(): Promise<Running> {
    const { signal } = this.#stopping;
    let pause = this.#backoff.first;
    for (let attempts = this.#options.firstAttempts ?? 3; ; attempts--) {
      try {
        return await this.#startOnce();
      } catch (error) {
        // A permanent fault of an embedded database is not retried: only a process that died is.
        if (!(error instanceof StartError) || attempts <= 1 || signal.aborted) throw error;
        this.#report(
          `${this.name} could not be started, next attempt in ${pause / 1000} s: ${error.message}`,
        );
      }
      await sleep(pause, undefined, { signal });
      pause = Math.min(pause * 2, this.#backoff.longest);
    }
  }

  #startOnce(): Promise<Running> {
    return reportWaiting(this.name, this.#startable.start(this.#stopping.signal), this.#options);
  }

  /** Retries until it runs again; undefined once it is to stop. */
  async #again(firstPause: number): Promise<{ running: Running; pause: number } | undefined> {
    const { signal } = this.#stopping;
    for (let pause = firstPause; ;) {
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
      pause = Math.min(pause * 2, this.#backoff.longest);
      try {
        const running = await this.#startOnce();
        if (signal.aborted) {
          await running.stop({ graceMs: this.#startable.stopWithinMs });
          return undefined;
        }
        this.#running = running;
        this.#report(`${this.name} runs again (process ${running.pid})`);
        return { running, pause };
      } catch (error) {
        if (signal.aborted) return undefined;
        this.#report(
          `${this.name} could not be started, next attempt in ${pause / 1000} s: ${messageOf(error)}`,
        );
      }
    }
  }
}
