import { executorLog } from './log.js';
import { SpawnerLink, type Spawned, type SpawnerSettings } from './spawner-link.js';
import type { RunRequest } from './spawner/spawned-command.js';

/** Starting a program keeps a process busy for a millisecond and more; and one may die with the executor. */
const COUNT = 2;

/**
 * The small processes that start an executor's commands and watch over them: forking costs what the memory of the one who
 * forks costs, and holds up whatever else it does. One that is lost takes its commands along and is replaced.
 */
export class Spawners {
  #links: SpawnerLink[];
  #ended = false;

  constructor(private readonly settings: SpawnerSettings) {
    this.#links = Array.from({ length: COUNT }, () => new SpawnerLink(settings));
  }

  get workerId(): string {
    return this.settings.workerId;
  }

  /** @throws when there is none, and none can be started */
  run(request: RunRequest): Spawned {
    return this.#leastBusy().run(request);
  }

  /** To be called once a second: they end what they run when nobody does. */
  tick(): void {
    if (this.#ended) return;
    for (const link of this.#links) if (!link.over) link.tick();
    try {
      this.#replace();
    } catch (error) {
      executorLog('error', 'a spawner cannot be started', { error: String(error) }); // once more with the next tick
    }
  }

  /** Ends them, and whatever they run. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#links.map((link) => link.end()));
  }

  #leastBusy(): SpawnerLink {
    if (this.#links.every(({ over }) => over)) this.#replace();
    const living = this.#links.filter(({ over }) => !over);
    return living.reduce((least, link) => (link.running < least.running ? link : least));
  }

  #replace(): void {
    this.#links = this.#links.map((link) => (link.over ? new SpawnerLink(this.settings) : link));
  }
}
