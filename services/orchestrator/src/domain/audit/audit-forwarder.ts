import type { AuditRecord } from './audit-record.js';

/** Events that the audit trail has not received, in order. One process at a time may read them. */
export interface AuditOutbox {
  /** The next records; undefined if another process has the turn. */
  next(limit: number): Promise<AuditPage | undefined>;
  /** Records that everything up to this position has arrived. */
  arrived(position: number): Promise<void>;
  /** Lets another process have the turn at once. */
  release(): Promise<void>;
}

/** A part of the event history, with the audit records of its events. */
export interface AuditPage {
  records: AuditRecord[];
  position: number;
  /** Whether any event was read. */
  moved: boolean;
  /** Whether more events may be available now. */
  more: boolean;
}

/** The audit trail of the control center. */
export interface AuditTrail {
  /** Stores each record once, even if it is sent repeatedly. Rejects unless all are stored. */
  append(records: readonly AuditRecord[]): Promise<void>;
}

const AT_ONCE = 2_000;

/** Sends the history to the audit trail, in order. A page that was not acknowledged is sent again by the next process. */
export class AuditForwarder {
  constructor(
    private readonly outbox: AuditOutbox,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * Sends one page, where it is this process's turn.
   * @returns whether there may be more
   * @throws what the trail or Postgres throws; the page stays in the outbox
   */
  async forward(): Promise<boolean> {
    const page = await this.outbox.next(AT_ONCE);
    if (!page) return false;
    if (page.records.length > 0) await this.trail.append(page.records);
    if (page.moved) await this.outbox.arrived(page.position);
    return page.moved && page.more;
  }

  /** Lets another process have the turn at once. */
  async release(): Promise<void> {
    await this.outbox.release();
  }
}
