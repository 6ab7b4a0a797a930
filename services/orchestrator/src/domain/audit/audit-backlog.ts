import { Failure } from '@provisioning/errors';

/** What has not reached the audit trail yet: how much (counted up to the limit and one more), and since when. */
export interface Backlog {
  rows: number;
  oldest: Date | null;
}

export interface BacklogMeter {
  read(most: number): Promise<Backlog>;
}

export const MOST_ROWS = 100_000;
const LONGEST_MS = 3_600_000;

/** Stops changes while what was done before cannot be told to the audit trail: it must not fall behind without bound. */
export class AuditBacklog {
  #backlog: Backlog = { rows: 0, oldest: null };

  constructor(
    private readonly meter: BacklogMeter,
    private readonly now: () => number = Date.now,
  ) {}

  get rows(): number {
    return this.#backlog.rows;
  }

  /** How long the oldest of it has been waiting. */
  get seconds(): number {
    const { oldest } = this.#backlog;
    return oldest ? Math.max(0, this.now() - oldest.getTime()) / 1000 : 0;
  }

  /** Measures the backlog. @throws what Postgres throws; the last measure then stands, for nothing is changed meanwhile */
  async look(): Promise<void> {
    this.#backlog = await this.meter.read(MOST_ROWS + 1);
  }

  /** @throws Failure `unavailable` while there is too much, or it waits for too long */
  refuseIfFull(): void {
    const old = this.seconds * 1000 > LONGEST_MS;
    if (this.rows <= MOST_ROWS && !old) return;
    throw new Failure(
      'unavailable',
      `Changes are refused for now: ${old ? 'for more than an hour' : `more than ${MOST_ROWS} events`} the audit trail of the control center has not received what was done. They are accepted again when it has.`,
      { code: 'audit_backlog', retryAfter: 30 },
    );
  }
}
