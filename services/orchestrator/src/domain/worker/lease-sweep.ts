import type { EngineTimes } from './engine-times.js';
import type { Here, Ledger } from './ledger.js';

/** How many sweeps a worker of the same machine has to end what is left of another one's commands. */
const SWEEPS = 3;

/** Every worker sweeps: what one has given away, the next finds given away. */
export class LeaseSweep {
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly ledger: Pick<Ledger, 'releaseExpiredWorkers'>,
    private readonly times: EngineTimes,
    private readonly here: Omit<Here, 'patienceSeconds'>,
    private readonly onReady: (taskIds: string[]) => void,
    private readonly log: {
      warn(message: string, fields?: object): void;
      debug(message: string, fields?: object): void;
    },
  ) {}

  start(): void {
    this.#every(this.times.sweep * 1000, async () => {
      const ready = await this.ledger.releaseExpiredWorkers({
        ...this.here,
        patienceSeconds: SWEEPS * this.times.sweep,
      });
      if (ready.length === 0) return;
      this.log.warn('work of lost workers or behind locks was given away', { tasks: ready.length });
      this.onReady(ready);
    });
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #every(ms: number, act: () => Promise<void>): void {
    const attempt = () => void act().catch((error: unknown) => this.log.debug('sweep failed', { error }));
    attempt();
    this.#timers.push(setInterval(attempt, ms));
  }
}
