import { Failure } from '@provisioning/errors';
import type { TaskStatus } from '../task/task.js';

/** `adopt`: entered the inventory without being made by the platform. `forget`: left it without being destroyed. */
export type ChangeKind = 'create' | 'change' | 'destroy' | 'adopt' | 'forget';

/** An entry of the journal: a change of the infrastructure. */
export interface JournalEntry {
  seq: number;
  taskId: string;
  batchId: string | null;
  attempt: number;
  state: 'intended' | 'done' | 'failed' | 'unknown' | 'undone';
  change: ChangeKind;
  infra: string;
  kind: string;
  name: string;
  provider: string;
  driver: string;
  /** Null for a change that another program reported: only that program can undo it. */
  resourceId: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  at: Date;
  undoneBy: string | null;
}

/** A resource of the inventory. */
export interface Resource {
  infra: string;
  kind: string;
  name: string;
  provider: string;
  driver: string;
  body: Record<string, unknown>;
  version: number;
  taskId: string;
  createdAt: Date;
  updatedAt: Date;
}

/** One resource, as opposed to a later one of the same name. */
export interface IdentifiedResource {
  infra: string;
  kind: string;
  name: string;
  id: string;
}

/** A resource as a checkpoint stores it. */
export type CheckpointItem = Pick<Resource, 'infra' | 'kind' | 'name' | 'provider' | 'driver' | 'body'>;

/** Why a change cannot be undone or made. */
export interface Obstacle {
  /** The operation that prevents it or cannot be undone; null if it is a resource. */
  operationId: string | null;
  reason: string;
}

/** A named position in the journal with the inventory at that position. */
export interface Checkpoint {
  id: string;
  name: string;
  description: string | null;
  /** The infras that it covers; null: all. */
  infras: string[] | null;
  journalSeq: number;
  operationsCount: number;
  bytes: number;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
}

/** What a rollback undoes. The JSON of `batches.scope`. */
export type RollbackScope =
  | { kind: 'checkpoint'; checkpoint_id: string }
  | { kind: 'operations'; operation_ids: readonly string[] }
  | { kind: 'restore'; checkpoint_id: string };

/** An undo operation and its status. */
export interface UndoOperation {
  /** The operation whose changes it undoes. */
  operationId: string;
  changes: number;
  status: TaskStatus;
  error: string | null;
  /** Number of changes that did not exist any more. */
  alreadyGone: number;
}

/** A rollback or restore. */
export interface Rollback {
  id: string;
  scope: RollbackScope;
  status: 'Pending' | 'Running' | 'Completed' | 'Failed';
  operations: UndoOperation[];
  /** What is left as it is, because it cannot be undone. */
  impossible: Obstacle[];
  infras: readonly string[];
  /** Id of its access scope; null if an earlier release stored it. */
  scopeId: string | null;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
}

/** A rollback or restore as lists show it. */
export interface RollbackSummary extends Omit<Rollback, 'operations' | 'impossible'> {
  total: number;
  completed: number;
  failed: number;
}

/** Numbers of checkpoints and rollbacks. */
export interface RollbackStatistics {
  checkpoints: number;
  rollbacks: number;
  /** Numbers of rollbacks that have ended. */
  succeeded: number;
  failed: number;
  /** Sum of the durations of those that succeeded, in seconds. */
  seconds: number;
}

/** The Failure `not_found` (`checkpoint_not_found`). */
export function unknownCheckpoint(id: string): Failure {
  return new Failure(
    'not_found',
    `There is no checkpoint ${id}. GET /rollback/checkpoints lists all checkpoints.`,
    {
      code: 'checkpoint_not_found',
    },
  );
}
