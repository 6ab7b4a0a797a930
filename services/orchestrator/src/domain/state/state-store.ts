import type { VisibleRows, VisibleTasks } from '../access/visibility.js';
import type { Statistics, WorkflowCounts, Workforce } from './state.js';

/** Tasks and batches that counts may contain. */
export interface VisibleWork {
  tasks: VisibleTasks | undefined;
  batches: VisibleRows | undefined;
}

export interface StateStore {
  /** Seconds that the latest batches of this name took from start to success. */
  recentBatchDurations(name: string): Promise<number[]>;
  counts(visible?: VisibleWork): Promise<WorkflowCounts>;
  statistics(visible?: VisibleWork): Promise<Statistics>;
  workforce(): Promise<Workforce>;
}
