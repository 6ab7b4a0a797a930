/** What has ended, by how: a count that never goes back. */
export type Ends = Readonly<Record<string, number>>;

/** How long things took: of each class, by its upper bound in seconds, how many, not added up. */
export interface Durations {
  classes: readonly (readonly [upTo: number, count: number])[];
  /** Of all of them together. */
  seconds: number;
}

/** What is counted and measured of the whole platform, whichever process did the work. */
export interface PlatformFigures {
  tasks: { submitted: number; ended: Ends; durations: Durations };
  batches: { submitted: number; ended: Ends; durations: Durations };
  rollbacks: { submitted: number; ended: Ends };
  /** By status, of what has not ended. */
  openTasks: Readonly<Record<string, number>>;
  openBatches: Readonly<Record<string, number>>;
  /** Seconds that what is ready and should start first has been waiting. */
  oldestReady: number;
  locks: { held: number; waiting: number; longestWait: number };
  /** `overdue`: their lease has ended, and nobody has declared them dead yet. */
  workers: { alive: number; overdue: number; shortestLease: number };
  /** Changes at a provider that were begun and not settled yet. */
  openJournalEntries: number;
}

export interface FiguresStore {
  read(): Promise<PlatformFigures>;
}
