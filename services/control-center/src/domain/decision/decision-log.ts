import type { DecisionRecord } from './decision-record.js';

/** Restricts a query to the decisions that match all of these. */
export interface DecisionFilter {
  from: Date;
  /** Exclusive. */
  to: Date | undefined;
  userId: string | undefined;
}

/** The log of decisions; each is kept for 30 days. */
export interface DecisionLog {
  /**
   * Inserts each decision once, however often it is sent.
   * @returns the number of new ones.
   */
  insert(decisions: readonly DecisionRecord[]): Promise<number>;
  find(id: string): Promise<DecisionRecord | undefined>;
  /** Reads the newest first, `size` at a time. */
  pages(filter: DecisionFilter, size: number): AsyncIterable<DecisionRecord[]>;
}
