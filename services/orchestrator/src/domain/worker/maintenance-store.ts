/** Keeps the tables within bounds. Any number of workers may do it; Postgres lets one at a time. */
export interface MaintenanceStore {
  /** Makes the partitions of the coming days. */
  preparePartitions(): Promise<void>;
  /** Drops logs and snapshots that are older. @returns the names of the partitions that are gone */
  dropOldPartitions(days: number): Promise<string[]>;
  /** Sums up the counts, and counts what has ended since. */
  sumTallies(): Promise<void>;
}
