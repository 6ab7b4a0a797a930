import type { Page } from '../page.js';
import type { AuditEvent, ChainedRecord } from './chain.js';

/** Only records with all of these. */
export interface AuditFilter {
  userId?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  from?: Date | undefined;
  /** Its own instant counts. */
  to?: Date | undefined;
}

export interface AuditPage extends AuditFilter, Omit<Page, 'after'> {
  /** Only records with a smaller number: a page that stays the same however many come. */
  before?: number | undefined;
  /** Only records with a greater number. */
  after?: number | undefined;
}

/** Numbers of the first and the last record; both 0 where there are none. */
export interface Bounds {
  first: number;
  last: number;
}

/** What became of events that were sent. */
export interface KeptEvents {
  /** How many were new. */
  kept: number;
  /** Ids of those that are known with another content, which stays as it is. Each left a record of that. */
  conflicts: string[];
}

export interface AuditLog {
  /** Newest first. `total` counts what the filter leaves, without `before` and `after`. */
  list(page: AuditPage): Promise<{ records: ChainedRecord[]; total: number }>;
  /** Oldest first, in pieces: those that there are when it begins. Nothing is held open between them. */
  read(filter: AuditFilter): AsyncIterable<ChainedRecord[]>;
  /** Of those that the filter leaves. */
  bounds(filter?: AuditFilter): Promise<Bounds>;
  /** Those after one number up to another, in their order, in pieces. */
  records(after: number, upto: number): AsyncIterable<ChainedRecord[]>;
  /** Up to which number the retention has dropped records, as it put down itself; 0 where it never has. */
  droppedUpto(): Promise<number>;
  /** Appends each event once, however often it comes. */
  keep(events: readonly AuditEvent[]): Promise<KeptEvents>;
}
