import type { Scope } from '../access/scope.js';
import type { VisibleCheckpoints, VisibleRows, VisibleStatistics } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { SubmitBatchOutcome } from '../batch/batch-store.js';
import type { NewOperation } from '../batch/batch.js';
import type { Page } from '../page.js';
import type { Authorship, IdempotencyKey } from '../workflow/submitter.js';
import type {
  Checkpoint,
  CheckpointItem,
  IdentifiedResource,
  JournalEntry,
  Obstacle,
  Rollback,
  RollbackScope,
  RollbackStatistics,
  RollbackSummary,
} from './rollback.js';

/** A checkpoint that is being created. */
export interface NewCheckpoint {
  id: string;
  name: string;
  description: string | null;
  infras: readonly string[] | null;
  createdBy: string;
  createdByName: string;
  actor?: Actor | undefined;
}

/** A page of checkpoints. */
export interface CheckpointFilter extends Page {
  /** Only these; all where absent. */
  visible?: VisibleCheckpoints | undefined;
}

/** A page of rollbacks. */
export interface RollbackFilter extends Page {
  statuses?: readonly Rollback['status'][] | undefined;
  /** Only these; all where absent. */
  visible?: VisibleRows | undefined;
}

/** A rollback or restore that is being submitted. */
export interface NewRollback extends Omit<Authorship, 'grant'> {
  id: string;
  scope: RollbackScope;
  /** What it changes, for the policies. */
  accessScope: Scope;
  impossible: readonly Obstacle[];
  infras: readonly string[];
}

/** Stores checkpoints and rollbacks, and reads the journal for them. */
export interface RollbackStore {
  createCheckpoint(
    checkpoint: NewCheckpoint,
    idempotency: IdempotencyKey | undefined,
  ): Promise<{ outcome: 'created' | 'replayed'; id: string } | { outcome: 'conflict' }>;
  /** Newest first. */
  checkpoints(filter: CheckpointFilter): Promise<{ checkpoints: Checkpoint[]; total: number }>;
  checkpoint(id: string): Promise<Checkpoint | undefined>;
  /** Deletes a checkpoint, unless an open rollback or restore refers to it (`in_use`). */
  deleteCheckpoint(
    id: string,
    actor: Actor,
  ): Promise<{ outcome: 'deleted' | 'unknown' } | { outcome: 'in_use'; rollbackId: string }>;
  /** The infras that a checkpoint covers. */
  infrasOf(checkpointId: string): Promise<string[]>;
  /** The infras that any checkpoint covers. */
  checkpointedInfras(): Promise<string[]>;
  /** The resources of a checkpoint. */
  items(checkpointId: string): Promise<CheckpointItem[]>;
  /** Changes of these infras after a position of the journal that are still in effect, newest first. */
  changesAfter(seq: number, infras: readonly string[]): Promise<JournalEntry[]>;
  /**
   * All changes after a position of the journal, newest first, including those that were undone since and the changes
   * that undid them.
   * @param infras only changes of these; of all infras where absent
   */
  historyAfter(seq: number, infras?: readonly string[]): Promise<JournalEntry[]>;
  /** Those of some resources that the platform created, according to the journal. */
  madeHere(resources: readonly IdentifiedResource[]): Promise<IdentifiedResource[]>;
  /** Changes of an operation that are still in effect, newest first. @param operationId id of a task, or of an operation in its batch */
  changesOf(operationId: string): Promise<JournalEntry[]>;
  /** Number of the newest journal entry; 0 without one. */
  position(): Promise<number>;
  /**
   * Submits a rollback that starts at once. `busy`: one of its infras is being changed by `holderId`. `stale`: one of them
   * was changed after the journal entry `position`, or its checkpoint was deleted.
   */
  submit(
    rollback: NewRollback,
    operations: readonly NewOperation[],
    position: number,
    idempotency: IdempotencyKey | undefined,
  ): Promise<SubmitBatchOutcome | { outcome: 'busy'; holderId: string } | { outcome: 'stale' }>;
  find(id: string): Promise<Rollback | undefined>;
  /** Newest first. */
  list(filter: RollbackFilter): Promise<{ rollbacks: RollbackSummary[]; total: number }>;
  statistics(visible?: VisibleStatistics): Promise<RollbackStatistics>;
}
