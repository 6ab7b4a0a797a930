import type { LogLine, NewTask, Snapshot, Task, TaskDetails, TaskStatus } from './task/task.js';

/** A caller's Idempotency-Key; the same key with the same hash gives the first answer again. */
export interface IdempotencyKey {
  key: string;
  principal: string;
  requestHash: string;
}

export type SubmitOutcome =
  | { outcome: 'created'; taskId: string; ready: boolean }
  | { outcome: 'replayed'; taskId: string }
  | { outcome: 'conflict' };

export type CancelOutcome = 'cancelled' | 'requested' | 'ended' | 'unknown';

export interface TaskFilter {
  statuses: readonly TaskStatus[] | undefined;
  limit: number;
  offset: number;
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
  cancel(id: string, by: string): Promise<{ outcome: CancelOutcome; ready: string[] }>;
  logs(id: string, query: LogQuery): Promise<LogLine[]>;
  /** Newest first. */
  snapshots(
    id: string,
    page: { limit: number; offset: number },
  ): Promise<{ snapshots: Snapshot[]; total: number }>;
  /** Seconds that the latest runs of this name took from start to success; empty when there was none. */
  recentDurations(name: string, checkMode: boolean): Promise<number[]>;
}

/** Tells workers that there is work. It may fail, lose, repeat: what is ready stands in Postgres, and workers look there too. */
export interface Doorbell {
  ring(taskIds: readonly string[]): Promise<void>;
  /** Something that runs was cancelled: its worker need not wait for its next heartbeat. */
  cancelled(): Promise<void>;
}
