import type { VisibleRows } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../page.js';
import type { CancelOutcome } from '../task/task-store.js';
import type { WaitingFor } from '../task/task.js';
import type { IdempotencyKey } from '../workflow/submitter.js';
import type { Batch, BatchStatus, NewBatch, NewOperation, Operation, OperationSummary } from './batch.js';

/** A page of batches. */
export interface BatchFilter extends Page {
  statuses?: readonly BatchStatus[] | undefined;
  /** A part of the name; case-insensitive. */
  name?: string | undefined;
  infra?: string | undefined;
  /** A username. */
  createdBy?: string | undefined;
  /** The period in which they were submitted, both ends included. */
  from?: Date | undefined;
  to?: Date | undefined;
  /** Whether to read the first operations of each. Default: true. */
  withOperations?: boolean | undefined;
  /** Only these; all where absent. */
  visible?: VisibleRows | undefined;
}

/** `replayed`, `conflict`: the Idempotency-Key was used before, with the same or with another request. */
export type SubmitBatchOutcome =
  | { outcome: 'created'; batchId: string }
  | { outcome: 'replayed'; batchId: string }
  /** The batch was resumed before, by this one. */
  | { outcome: 'resumed'; batchId: string }
  | { outcome: 'conflict' };

/** A batch with all that its page shows. */
export interface FoundBatch {
  batch: Batch;
  operations: Operation[];
  /** Why the batch has not started. */
  waitingFor: WaitingFor | null;
  /** The batch that resumed it. */
  resumedBy: string | null;
  /** The plan that it executes. */
  planId: string | null;
}

/** Stores batches. */
export interface BatchStore {
  submit(
    batch: NewBatch,
    operations: readonly NewOperation[],
    idempotency: IdempotencyKey | undefined,
  ): Promise<SubmitBatchOutcome>;
  /** Newest first, with the first 100 operations of each batch. */
  list(
    filter: BatchFilter,
  ): Promise<{ batches: (Batch & { operations: OperationSummary[] })[]; total: number }>;
  /** A batch with the summaries of all its operations. */
  summary(id: string): Promise<{ batch: Batch; operations: OperationSummary[] } | undefined>;
  find(id: string): Promise<FoundBatch | undefined>;
  cancel(id: string, by: string, actor?: Actor): Promise<{ outcome: CancelOutcome; ready: string[] }>;
}
