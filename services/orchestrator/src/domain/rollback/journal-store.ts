import type { IdentifiedResource, JournalEntry } from './rollback.js';

/** Reads the journal for rollbacks. */
export interface JournalStore {
  /** Changes of these infras after a position of the journal that are still in effect, newest first. */
  changesAfter(seq: number, infras: readonly string[]): Promise<JournalEntry[]>;
  /**
   * All changes after a position of the journal, newest first, including those that were undone since and the changes
   * that undid them.
   * @param infras only changes of these; of all infras where absent
   */
  historyAfter(seq: number, infras?: readonly string[]): Promise<JournalEntry[]>;
  /** Those of some resources that the platform created, according to the journal. */
  madeHere(resources: readonly IdentifiedResource[]): Promise<IdentifiedResource[]>;
  /** Changes of an operation that are still in effect, newest first. @param operationId id of a task, or of an operation in its batch */
  changesOf(operationId: string): Promise<JournalEntry[]>;
  /** Number of the newest journal entry; 0 without one. */
  position(): Promise<number>;
}
