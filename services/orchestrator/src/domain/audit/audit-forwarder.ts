import type { AuditRecord } from './audit-record.js';

/** What has not reached the audit trail, in order. Of all processes, one at a time has its turn. */
export interface AuditOutbox {
  /** What comes next; undefined if it is another's turn. */
  next(limit: number): Promise<AuditPage | undefined>;
  /** Everything up to that place has arrived. */
  arrived(position: number): Promise<void>;
  /** Lets another have the turn at once. */
  release(): Promise<void>;
}

/** A part of the history, with the records of those of its events that tell the audit trail something. */
export interface AuditPage {
  records: AuditRecord[];
  position: number;
  /** Whether anything was read at all. */
  moved: boolean;
  /** Whether there may be more right now. */
  more: boolean;
}

export interface AuditTrail {
  /** Keeps each of them once, however often it is told. Rejects unless all are kept. */
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
