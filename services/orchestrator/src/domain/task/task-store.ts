import type { VisibleTasks } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../page.js';
import type { IdempotencyKey } from '../workflow/submitter.js';
import type { LogLine, NewTask, Task, TaskDetails, TaskStatus } from './task.js';

export type SubmitOutcome =
  | { outcome: 'created'; taskId: string; ready: boolean }
  | { outcome: 'replayed'; taskId: string }
  | { outcome: 'conflict' };

export type CancelOutcome = 'cancelled' | 'requested' | 'ended' | 'refused' | 'unknown';

export interface TaskFilter extends Page {
  statuses: readonly TaskStatus[] | undefined;
  /** All, where absent. */
  visible?: VisibleTasks | undefined;
}

export interface LogQuery {
  /** Lines after this number. */
  after: number;
  limit: number;
  /** Only lines that hold this text, whatever its case. */
  search: string | undefined;
}

export interface TaskStore {
  submit(task: NewTask, idempotency: IdempotencyKey | undefined): Promise<SubmitOutcome>;
  /** Newest first. */
  list(filter: TaskFilter): Promise<{ tasks: Task[]; total: number }>;
  find(id: string): Promise<TaskDetails | undefined>;
  cancel(id: string, by: string, actor?: Actor): Promise<{ outcome: CancelOutcome; ready: string[] }>;
  logs(id: string, query: LogQuery): Promise<LogLine[]>;
  /** Seconds that the latest runs of this name took from start to success; empty when there was none. */
  recentDurations(name: string, checkMode: boolean): Promise<number[]>;
}
