import type { Scope } from '../access/scope.js';
import type { VisibleCheckpoints, VisibleStatistics } from '../access/visibility.js';
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
} from './rollback.js';

export interface NewCheckpoint {
  id: string;
  name: string;
  description: string | null;
  infras: readonly string[] | null;
  createdBy: string;
  createdByName: string;
  actor?: Actor | undefined;
}

export interface CheckpointFilter extends Page {
  /** All, where absent. */
  visible?: VisibleCheckpoints | undefined;
}

export interface NewRollback extends Omit<Authorship, 'grant'> {
  id: string;
  scope: RollbackScope;
  /** What it changes. */
  accessScope: Scope;
  impossible: readonly Obstacle[];
  infras: readonly string[];
}

export interface RollbackStore {
  createCheckpoint(
    checkpoint: NewCheckpoint,
    idempotency: IdempotencyKey | undefined,
  ): Promise<{ outcome: 'created' | 'replayed'; id: string } | { outcome: 'conflict' }>;
  /** Newest first. */
  checkpoints(filter: CheckpointFilter): Promise<{ checkpoints: Checkpoint[]; total: number }>;
  checkpoint(id: string): Promise<Checkpoint | undefined>;
  /** The infras that a checkpoint is about. */
  infrasOf(checkpointId: string): Promise<string[]>;
  /** The infras that any checkpoint is about. */
  checkpointedInfras(): Promise<string[]>;
  /** All that a checkpoint keeps. */
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
  /** What still stands of an operation: a task's id, or an operation's in its batch. */
  changesOf(operationId: string): Promise<JournalEntry[]>;
  /** Newest entry of the journal. */
  position(): Promise<number>;
  /**
   * Begins at once or not at all. `busy`: somebody is changing one of the infras. `stale`: they were changed since the
   * journal stood at `position`.
   */
  submit(
    rollback: NewRollback,
    operations: readonly NewOperation[],
    position: number,
    idempotency: IdempotencyKey | undefined,
  ): Promise<SubmitBatchOutcome | { outcome: 'busy'; holderId: string } | { outcome: 'stale' }>;
  find(id: string): Promise<Rollback | undefined>;
  statistics(visible?: VisibleStatistics): Promise<RollbackStatistics>;
}
