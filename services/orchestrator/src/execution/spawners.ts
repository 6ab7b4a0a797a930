import { messageOf } from '@provisioning/errors';
import { SpawnerLink, type Spawned, type SpawnerSettings } from './spawner-link.js';
import type { RunRequest } from './spawner/spawned-command.js';
import { Starts } from './starts.js';

/** More than one: a start keeps a process busy for a millisecond or more, and one may die with the executor. */
const COUNT = 2;

/** No command can be started on this machine now; tasks are not at fault. */
export class NoSpawnerError extends Error {}

/**
 * The small processes that start an executor's commands and watch them. A fork takes as long as the memory of the forking
 * process is large, and blocks it. A spawner that is lost ends its commands and is replaced.
 */
export class Spawners {
  #links: SpawnerLink[] = [];
  #ended = false;
  readonly #starts = new Starts('no command can be started');
  /** Whether the failed start of the present ones was counted. */
  #counted = false;

  /** @param onReady called whenever another spawner can start commands */
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
    return this.#starts.fault;
  }

  /** @throws NoSpawnerError if there is none, and none can be started */
  run(request: RunRequest): Spawned {
    return this.#leastBusy().run(request);
  }

  /** Must be called once a second: otherwise the spawners end their commands. */
  tick(): void {
    if (this.#ended) return;
    for (const link of this.#links) if (!link.over) link.tick();
    this.#judge();
    if (this.#starts.due) this.#replace();
  }

  /** Ends them and everything that they run. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#links.map((link) => link.end()));
  }

  #leastBusy(): SpawnerLink {
    if (this.#living().length === 0 && this.#starts.due) this.#replace();
    const living = this.#living();
    if (living.length === 0)
      throw new NoSpawnerError(this.#starts.fault ?? 'no process that starts commands lives');
    const ready = living.filter((link) => link.ready);
    return (ready.length > 0 ? ready : living).reduce((least, link) =>
      link.running < least.running ? link : least,
    );
  }

  #living(): SpawnerLink[] {
    return this.#links.filter(({ over }) => !over);
  }

  /** After a start without success, the next one waits. */
  #judge(): void {
    if (this.ready) return this.#starts.succeeded();
    const stillborn = this.#links.find(({ over, wasReady }) => over && !wasReady);
    if (stillborn && this.#living().length === 0 && !this.#counted) this.#fails(stillborn.fault);
  }

  #fails(how: string): void {
    this.#counted = true;
    this.#starts.failed(`the process that starts commands ${how}`);
  }

  #replace(): void {
    const links = Array.from({ length: COUNT }, (_, index) => this.#links[index]);
    if (links.some((link) => !link || link.over)) this.#counted = false;
    try {
      this.#links = links.map((link) =>
        link && !link.over
          ? link
          : new SpawnerLink(this.settings, this.#starts.limitMs, () => this.#becameReady()),
      );
    } catch (error) {
      this.#fails(`could not be started: ${messageOf(error)}`);
    }
  }

  #becameReady(): void {
    this.#starts.succeeded();
    this.onReady();
  }
}
