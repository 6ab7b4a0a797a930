import type { VisibleTasks } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../page.js';
import type { IdempotencyKey } from '../workflow/submitter.js';
import type { ListedTask, LogLine, NewTask, TaskDetails, TaskKind, TaskStatus } from './task.js';

/** `replayed`, `conflict`: the Idempotency-Key was used before, with the same or with another request. */
export type SubmitOutcome = { outcome: 'created' | 'replayed'; taskId: string } | { outcome: 'conflict' };

/** `requested`: it runs, and its worker ends it. `ended`: it is terminal. `refused`: rollbacks cannot be cancelled. */
export type CancelOutcome = 'cancelled' | 'requested' | 'ended' | 'refused' | 'unknown';

/** A page of tasks. */
export interface TaskFilter extends Page {
  statuses?: readonly TaskStatus[] | undefined;
  kinds?: readonly TaskKind[] | undefined;
  infra?: string | undefined;
  /** A username. */
  createdBy?: string | undefined;
  batchId?: string | undefined;
  /** A part of the name, of the operation's id or of the task's id; case-insensitive. */
  text?: string | undefined;
  /** The period in which they were created, both ends included. */
  from?: Date | undefined;
  to?: Date | undefined;
  /** Default: newest first. */
  oldestFirst?: boolean | undefined;
  /** Whether to read the end of the output. Default: true. */
  withOutput?: boolean | undefined;
  /** Only these; all where absent. */
  visible?: VisibleTasks | undefined;
}

/** A part of the output of a task. */
export interface LogQuery {
  /** Only lines with greater numbers. */
  after: number;
  limit: number;
  /** The last lines, this many at most, in place of those after `after`. */
  tail?: number | undefined;
  /** Only lines that contain this text, case-insensitive. */
  search: string | undefined;
}

/** The lines of a task's output that are stored. */
export interface LogRange {
  first: number;
  last: number;
}

/** Stores tasks. */
export interface TaskStore {
  submit(task: NewTask, idempotency: IdempotencyKey | undefined): Promise<SubmitOutcome>;
  list(filter: TaskFilter): Promise<{ tasks: ListedTask[]; total: number }>;
  find(id: string): Promise<TaskDetails | undefined>;
  cancel(id: string, by: string, actor?: Actor): Promise<{ outcome: CancelOutcome; ready: string[] }>;
  logs(id: string, query: LogQuery): Promise<LogLine[]>;
  /** Numbers of the first and the last stored line; 0 without any. */
  logRange(id: string): Promise<LogRange>;
  /** Number of lines that contain a text, case-insensitive; `most` also stands for more. */
  countLogLines(id: string, search: string, most: number): Promise<number>;
  /** Durations of the last 20 completed tasks of a name, in seconds. */
  recentDurations(name: string, checkMode: boolean): Promise<number[]>;
}
