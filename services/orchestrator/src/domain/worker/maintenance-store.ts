/** Kinds of rows that are deleted one by one. Logs and events are dropped by the day instead. */
export type OldRows =
  'idempotency_keys' | 'deliveries' | 'workers' | 'journal' | 'plans' | 'batches' | 'tasks';

/** Keeps the tables within bounds. Any number of workers may do it; Postgres lets one at a time. */
export interface MaintenanceStore {
  /** Makes the partitions of the coming days. */
  preparePartitions(): Promise<void>;
  /** Drops logs and snapshots that are older. @returns the names of the partitions that are gone */
  dropOldPartitions(days: number): Promise<string[]>;
  /**
   * Deletes some of the old rows of one kind: one short transaction, which waits for no lock.
   * @param days the age of old rows; kinds with a fixed period ignore it
   * @param after what the last call for this kind returned
   * @param rows how many rows are looked at, at most
   * @returns where the next call begins; undefined if nothing is left to look at now
   */
  deleteOld(
    kind: OldRows,
    days: number,
    after: string | undefined,
    rows: number,
  ): Promise<string | undefined>;
  /** Sums up the counts, and counts what has ended since. */
  sumTallies(): Promise<void>;
}
