import type { VisibleRows, VisibleTasks } from '../access/visibility.js';
import type { Series, SeriesRange } from './series.js';
import type { Statistics, WorkflowCounts, Workforce } from './state.js';

/** The tasks and batches that statistics may count; undefined: all. */
export interface VisibleWork {
  tasks: VisibleTasks | undefined;
  batches: VisibleRows | undefined;
}

/** Reads figures of workflows. */
export interface StateStore {
  /** Durations of the last 20 completed batches of a name, in seconds. */
  recentBatchDurations(name: string): Promise<number[]>;
  counts(visible?: VisibleWork): Promise<WorkflowCounts>;
  statistics(visible?: VisibleWork): Promise<Statistics>;
  /** Numbers of tasks over a period that ends now. @param visible undefined: all */
  series(range: SeriesRange, visible: VisibleTasks | undefined): Promise<Series>;
  /** The workers, and whether work waits for them. */
  workforce(): Promise<Workforce>;
}
