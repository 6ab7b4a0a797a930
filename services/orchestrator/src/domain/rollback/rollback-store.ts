import type { Scope } from '../access/scope.js';
import type { VisibleRows } from '../access/visibility.js';
import type { SubmitBatchOutcome } from '../batch/batch-store.js';
import type { NewOperation } from '../batch/batch.js';
import type { Page } from '../page.js';
import type { Authorship, IdempotencyKey } from '../workflow/submitter.js';
import type { CheckpointStore } from './checkpoint-store.js';
import type { JournalStore } from './journal-store.js';
import type { Obstacle, Rollback, RollbackScope, RollbackStatistics, RollbackSummary } from './rollback.js';

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

/** Stores rollbacks. */
export interface RollbackStore {
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
  /** @param visible counts only these; all where absent */
  statistics(visible?: VisibleRows): Promise<Omit<RollbackStatistics, 'checkpoints'>>;
}

/** What rollbacks and restores are planned from and stored in. */
export interface RollbackStores {
  checkpoints: CheckpointStore;
  journal: JournalStore;
  rollbacks: RollbackStore;
}
