import type { EngineTimes } from './engine-times.js';
import type { Here, Ledger } from './ledger.js';

/** Number of sweeps for which other machines wait until a worker of the same machine has reaped the lost one. */
const SWEEPS = 3;

/** Requeues the tasks of workers whose lease has ended. Every worker sweeps; a task is requeued by the first of them. */
export class LeaseSweep {
  constructor(
    private readonly ledger: Pick<Ledger, 'releaseExpiredWorkers'>,
    private readonly times: EngineTimes,
    private readonly here: Omit<Here, 'patienceSeconds'>,
    private readonly onReady: (taskIds: string[]) => void,
    private readonly log: { warn(message: string, fields?: object): void },
  ) {}

  /** @throws what Postgres throws; the next sweep finds the same workers */
  async sweep(): Promise<void> {
    const ready = await this.ledger.releaseExpiredWorkers({
      ...this.here,
      patienceSeconds: SWEEPS * this.times.sweep,
    });
    if (ready.length === 0) return;
    this.log.warn('tasks of lost workers, or that waited for a lock, are ready again', {
      tasks: ready.length,
    });
    this.onReady(ready);
  }
}
