import { Failure } from '@provisioning/errors';
import type { TaskStatus } from '../task/task.js';

/** `adopt`: entered the inventory without being made by the platform. `forget`: left it without being destroyed. */
export type ChangeKind = 'create' | 'change' | 'destroy' | 'adopt' | 'forget';

/** A change made to the infrastructure, as the journal has it. An operation is a task: its id names what it did. */
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
  /** Null for what another program reported, which alone knows how to undo it. */
  resourceId: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  at: Date;
  undoneBy: string | null;
}

/** Something that exists. */
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

/** What a checkpoint keeps of something. */
export type CheckpointItem = Pick<Resource, 'infra' | 'kind' | 'name' | 'provider' | 'driver' | 'body'>;

/** Why something cannot be undone. */
export interface Obstacle {
  /** The operation that is in the way, or that cannot be undone; null where it is a thing that exists. */
  operationId: string | null;
  reason: string;
}

export interface Checkpoint {
  id: string;
  name: string;
  description: string | null;
  /** Those that it covers; null: all. */
  infras: string[] | null;
  journalSeq: number;
  operationsCount: number;
  bytes: number;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
}

/** What a rollback is about. */
export type RollbackScope =
  | { kind: 'checkpoint'; checkpoint_id: string }
  | { kind: 'operations'; operation_ids: readonly string[] }
  | { kind: 'restore'; checkpoint_id: string };

/** One operation that undoes, and how far it is. */
export interface UndoOperation {
  /** The operation whose changes it undoes. */
  operationId: string;
  changes: number;
  status: TaskStatus;
  error: string | null;
  /** Of its changes, those that somebody else had undone before. */
  alreadyGone: number;
}

export interface Rollback {
  id: string;
  scope: RollbackScope;
  status: 'Pending' | 'Running' | 'Completed' | 'Failed';
  operations: UndoOperation[];
  /** What stays as it is since nobody here can undo it. */
  impossible: Obstacle[];
  infras: readonly string[];
  /** Of its scope; null for what a process of an earlier release stored. */
  scopeId: string | null;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
}

export interface RollbackStatistics {
  checkpoints: number;
  rollbacks: number;
  /** Of those that have ended. */
  succeeded: number;
  failed: number;
  /** Seconds from start to end of those that succeeded. */
  seconds: number;
}

export function unknownCheckpoint(id: string): Failure {
  return new Failure(
    'not_found',
    `There is no checkpoint ${id}. GET /rollback/checkpoints lists those there are.`,
    {
      code: 'checkpoint_not_found',
    },
  );
}
