import type { DecisionRecord } from './decision-record.js';

export interface DecisionFilter {
  from: Date;
  /** Before it. */
  to: Date | undefined;
  userId: string | undefined;
}

/** The decisions that were taken, for as long as they are kept. */
export interface DecisionLog {
  /** Each once, however often it comes. @returns how many of them were new. */
  insert(decisions: readonly DecisionRecord[]): Promise<number>;
  find(id: string): Promise<DecisionRecord | undefined>;
  /** Newest first, `size` at a time. */
  pages(filter: DecisionFilter, size: number): AsyncIterable<DecisionRecord[]>;
}
