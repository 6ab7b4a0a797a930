import type { VisibleRows } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../page.js';
import type { CancelOutcome } from '../task/task-store.js';
import type { WaitingFor } from '../task/task.js';
import type { IdempotencyKey } from '../workflow/submitter.js';
import type { Batch, BatchStatus, NewBatch, NewOperation, Operation, OperationSummary } from './batch.js';

export interface BatchFilter extends Page {
  status: BatchStatus | undefined;
  /** All, where absent. */
  visible?: VisibleRows | undefined;
}

export type SubmitBatchOutcome =
  | { outcome: 'created'; batchId: string; ready: string[] }
  | { outcome: 'replayed'; batchId: string }
  /** What is to be resumed was resumed before, by that one. */
  | { outcome: 'resumed'; batchId: string }
  | { outcome: 'conflict' };

export interface FoundBatch {
  batch: Batch;
  operations: Operation[];
  /** What keeps the whole batch waiting. */
  waitingFor: WaitingFor | null;
  /** The batch that resumed it. */
  resumedBy: string | null;
}

export interface BatchStore {
  submit(
    batch: NewBatch,
    operations: readonly NewOperation[],
    idempotency: IdempotencyKey | undefined,
  ): Promise<SubmitBatchOutcome>;
  /** Newest first; of each batch the first hundred operations. */
  list(
    filter: BatchFilter,
  ): Promise<{ batches: (Batch & { operations: OperationSummary[] })[]; total: number }>;
  /** A batch with all of its operations, as far as a list shows them. */
  summary(id: string): Promise<{ batch: Batch; operations: OperationSummary[] } | undefined>;
  find(id: string): Promise<FoundBatch | undefined>;
  cancel(id: string, by: string, actor?: Actor): Promise<{ outcome: CancelOutcome; ready: string[] }>;
}
