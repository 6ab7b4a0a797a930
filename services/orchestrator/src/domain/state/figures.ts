/** Numbers of ended tasks or batches by terminal status. They never decrease. */
export type Ends = Readonly<Record<string, number>>;

/** Durations in classes: the upper bound in seconds, and the number in this class alone (not cumulative). */
export interface Durations {
  classes: readonly (readonly [upTo: number, count: number])[];
  /** Sum of all durations, in seconds. */
  seconds: number;
}

/** Figures of the whole platform, for /metrics. */
export interface PlatformFigures {
  tasks: { submitted: number; ended: Ends; durations: Durations };
  batches: { submitted: number; ended: Ends; durations: Durations };
  rollbacks: { submitted: number; ended: Ends };
  plans: {
    /** How often plans have reached each status. */
    reached: Ends;
    /** Seconds since the oldest plan that waits for approval was made. */
    longestWait: number;
  };
  /** Numbers of tasks that have not ended, by status. */
  openTasks: Readonly<Record<string, number>>;
  openBatches: Readonly<Record<string, number>>;
  /** Age of the oldest ready task, in seconds. */
  oldestReady: number;
  /** `longestWait` in seconds. */
  locks: { held: number; waiting: number; longestWait: number };
  /** `overdue`: the lease has ended and the worker was not declared dead yet. `shortestLease` in seconds. */
  workers: { alive: number; overdue: number; shortestLease: number };
  /** Number of changes at providers that were begun and are not settled. */
  openJournalEntries: number;
}

/** Reads the figures. */
export interface FiguresStore {
  read(): Promise<PlatformFigures>;
}
