import { executorLog } from './log.js';
import { SpawnerLink, type Spawned, type SpawnerSettings } from './spawner-link.js';
import type { RunRequest } from './spawner/spawned-command.js';

/** Starting a program keeps a process busy for a millisecond and more; and one may die with the executor. */
const COUNT = 2;
/** Between two tries to start spawners that never came to life: doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** No command at all can be started on this machine now, which is no fault of any task. */
export class NoSpawnerError extends Error {}

/**
 * The small processes that start an executor's commands and watch over them: forking costs what the memory of the one who
 * forks costs, and holds up whatever else it does. One that is lost takes its commands along and is replaced.
 */
export class Spawners {
  #links: SpawnerLink[] = [];
  #ended = false;
  /** How often in a row none came to life, whether the last time was counted, and when to try again. */
  #failures = 0;
  #counted = false;
  #retryAt = -Infinity;
  #fault: string | null = null;

  /** @param onReady called whenever one more can start commands */
  constructor(
    private readonly settings: SpawnerSettings,
    private readonly onReady: () => void = () => {},
  ) {
    this.#replace();
  }

  get workerId(): string {
    return this.settings.workerId;
  }

  /** Whether commands can be started now. */
  get ready(): boolean {
    return this.#links.some(({ ready }) => ready);
  }

  /** Why none can be started, in a phrase; null while they can, and before that is known. */
  get fault(): string | null {
    return this.#fault;
  }

  /** @throws NoSpawnerError when there is none, and none can be started */
  run(request: RunRequest): Spawned {
    return this.#leastBusy().run(request);
  }

  /** To be called once a second: they end what they run when it is not. */
  tick(): void {
    if (this.#ended) return;
    for (const link of this.#links) if (!link.over) link.tick();
    this.#judge();
    if (performance.now() >= this.#retryAt) this.#replace();
  }

  /** Ends them, and whatever they run. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#links.map((link) => link.end()));
  }

  #leastBusy(): SpawnerLink {
    if (this.#living().length === 0 && performance.now() >= this.#retryAt) this.#replace();
    const living = this.#living();
    if (living.length === 0) throw new NoSpawnerError(this.#fault ?? 'no process that starts commands lives');
    const ready = living.filter((link) => link.ready);
    return (ready.length > 0 ? ready : living).reduce((least, link) =>
      link.running < least.running ? link : least,
    );
  }

  #living(): SpawnerLink[] {
    return this.#links.filter(({ over }) => !over);
  }

  /** After a start that brought none to life, the next one waits. */
  #judge(): void {
    if (this.ready) return this.#works();
    const stillborn = this.#links.find(({ over, wasReady }) => over && !wasReady);
    if (stillborn && this.#living().length === 0 && !this.#counted) this.#fails(stillborn.fault);
  }

  #works(): void {
    if (this.#fault !== null) executorLog('info', 'commands can be started again');
    this.#fault = null;
    this.#failures = 0;
  }

  #fails(how: string): void {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures++;
    this.#counted = true;
    this.#retryAt = performance.now() + pause;
    this.#fault = `the process that starts commands ${how}`;
    executorLog('error', 'no command can be started: tasks wait', {
      reason: this.#fault,
      node: process.version,
      next_try_seconds: pause / 1000,
    });
  }

  #replace(): void {
    const links = Array.from({ length: COUNT }, (_, index) => this.#links[index]);
    if (links.some((link) => !link || link.over)) this.#counted = false;
    try {
      this.#links = links.map((link) =>
        link && !link.over ? link : new SpawnerLink(this.settings, () => this.#becameReady()),
      );
    } catch (error) {
      this.#fails(`could not be started: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #becameReady(): void {
    this.#works();
    this.onReady();
  }
}
