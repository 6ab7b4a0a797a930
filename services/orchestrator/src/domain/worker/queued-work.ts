/** What a job of the queue stands for: everything that a user submits as one. */
export type QueuedWorkKind = 'workflow' | 'survey' | 'batch' | 'rollback';

/** A piece of submitted work as the queue shows it. */
export interface QueuedWork {
  /** Id of the task, or of the batch. */
  id: string;
  kind: QueuedWorkKind;
  name: string;
  infras: readonly string[];
  /** User name. */
  submittedBy: string;
}

/** Where a piece of submitted work stands. */
export interface QueuedWorkState {
  id: string;
  status: string;
  /** Whether a worker has begun it. */
  started: boolean;
  ended: boolean;
  /** Percent, 0 to 100. */
  progress: number;
  /** Why it failed or was cancelled. */
  error: string | null;
}

/** Reads submitted work for the queue. */
export interface QueuedWorkStore {
  /** Returns the states of those that exist. */
  states(ids: readonly string[]): Promise<QueuedWorkState[]>;
  /** Returns work that has not ended, in the order of ids, which is that of submission. @param after id of the last one that was read */
  open(after: string | undefined, limit: number): Promise<QueuedWork[]>;
}
