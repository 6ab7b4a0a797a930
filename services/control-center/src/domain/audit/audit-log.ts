import type { Page } from '../page.js';
import type { AuditEvent, ChainedRecord } from './chain.js';
import type { Gap } from './gap.js';

/** Restricts a query to the records that match all of these. */
export interface AuditFilter {
  userId?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  result?: string | undefined;
  service?: string | undefined;
  username?: string | undefined;
  requestId?: string | undefined;
  from?: Date | undefined;
  /** Inclusive. */
  to?: Date | undefined;
}

/** A page of the records that match a filter. */
export interface AuditPage extends AuditFilter, Omit<Page, 'after'> {
  /** Restricts the page to records with a smaller number, so that new records do not move it. */
  before?: number | undefined;
  /** Restricts the page to records with a greater number. */
  after?: number | undefined;
}

/** The numbers of the first and the last record; both are 0 where there are none. */
export interface Bounds {
  first: number;
  last: number;
}

/** The outcome of appending events of the other service. */
export interface KeptEvents {
  /** The number of new events. */
  kept: number;
  /** Ids of events that are stored with different content, which is kept. A record reports each of them. */
  conflicts: string[];
}

/** Reads the audit trail, and appends events of the other service. */
export interface AuditLog {
  /**
   * Lists records, newest first. `total` counts the matches of the filter, regardless of `before` and `after`.
   */
  list(page: AuditPage): Promise<{ records: ChainedRecord[]; total: number }>;
  /**
   * Reads the records that exist when it begins, oldest first, in pieces. It holds no connection between them.
   */
  read(filter: AuditFilter): AsyncIterable<ChainedRecord[]>;
  /** Returns the first and last number of the matching records. */
  bounds(filter?: AuditFilter): Promise<Bounds>;
  /** Reads the records with numbers greater than `after` and at most `upto`, in order, in pieces. */
  records(after: number, upto: number): AsyncIterable<ChainedRecord[]>;
  /**
   * Returns the number up to which the retention has dropped records, according to its own records; 0 where it has
   * dropped none.
   */
  droppedUpto(): Promise<number>;
  /** Returns the gaps that restores from backups have left, oldest first. */
  gaps(): Promise<Gap[]>;
  /** Appends each event once, however often it is sent. */
  keep(events: readonly AuditEvent[]): Promise<KeptEvents>;
}
