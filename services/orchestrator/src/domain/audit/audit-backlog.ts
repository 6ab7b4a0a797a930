import { Failure } from '@provisioning/errors';

/** Events that the audit trail has not received: their number (counted up to a limit) and the time of the oldest. */
export interface Backlog {
  rows: number;
  oldest: Date | null;
}

/** Measures the backlog. */
export interface BacklogMeter {
  /** @param most count no further */
  read(most: number): Promise<Backlog>;
}

/** Largest backlog with which changes are accepted. */
export const MOST_ROWS = 100_000;
const LONGEST_MS = 3_600_000;

/** Refuses changes while the audit trail cannot keep up: its backlog must be bounded. */
export class AuditBacklog {
  #backlog: Backlog = { rows: 0, oldest: null };

  constructor(
    private readonly meter: BacklogMeter,
    private readonly now: () => number = Date.now,
  ) {}

  get rows(): number {
    return this.#backlog.rows;
  }

  /** Age of the oldest waiting event, in seconds; 0 without one. */
  get seconds(): number {
    const { oldest } = this.#backlog;
    return oldest ? Math.max(0, this.now() - oldest.getTime()) / 1000 : 0;
  }

  /** Measures the backlog. @throws what Postgres throws; the last measure then stands, for nothing is changed meanwhile */
  async look(): Promise<void> {
    this.#backlog = await this.meter.read(MOST_ROWS + 1);
  }

  /** @throws Failure `unavailable` (`audit_backlog`) while the backlog is too large or too old */
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
