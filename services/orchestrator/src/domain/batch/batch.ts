import { Failure } from '@provisioning/errors';
import type { Act } from '../access/act.js';
import type { Scope } from '../access/scope.js';
import type { ChangeReport } from '../rollback/change-report.js';
import type { TaskStatus, WaitingFor } from '../task/task.js';
import type { Authorship } from '../workflow/submitter.js';

/** Docs: docs/states/batch.md. `Pending`: it waits for its infras. The last four are never left. */
export type BatchStatus =
  'Pending' | 'Running' | 'RollingBack' | 'Completed' | 'Failed' | 'Cancelled' | 'RolledBack';

export type OnFailure = 'continue' | 'stop';

export interface Batch {
  id: string;
  name: string;
  version: string | null;
  storageBackend: string | null;
  status: BatchStatus;
  parallelLimit: number;
  rollbackEnabled: boolean;
  onFailure: OnFailure;
  resumeOf: string | null;
  infras: readonly string[];
  /** Operations in all, and of those how many ended how. */
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  createdBy: string;
  createdByName: string;
  /** Of its {@link Scope}; null for what a process of an earlier release stored. */
  scopeId: string | null;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  cancelRequestedAt: Date | null;
  error: string | null;
}

/** An operation of a batch, as far as a list shows it. */
export interface OperationSummary {
  taskId: string;
  /** Its id in the batch. */
  id: string;
  status: TaskStatus;
  /** What became of undoing it, where that was begun. */
  undo: TaskStatus | null;
  totalSteps: number | null;
  doneSteps: number | null;
  /** Whether its outcome was taken over from the batch that was resumed. */
  kept: boolean;
}

export interface Operation extends OperationSummary {
  spec: OperationSpec;
  dependsOn: readonly string[];
  attempt: number;
  currentStep: string | null;
  startedAt: Date | null;
  completedAt: Date | null;
  error: string | null;
  outputTail: string | null;
  /** What was reported: a result and resources. */
  data: Record<string, unknown> | null;
  waitingFor: WaitingFor | null;
}

/** A batch, and its operations as far as a list shows them. */
export interface BatchSummary {
  batch: Batch;
  operations: OperationSummary[];
}

/** What an operation is to do: the request's body, with what it leaves out filled in. */
export interface OperationSpec {
  id: string;
  type: 'server_batch' | 'taskserv_batch' | 'cluster_batch' | 'command_batch' | 'undo';
  infra: string;
  dependencies: readonly string[];
  provider?: string;
  retries?: number;
  timeout?: number;
  server_configs?: readonly { name: string }[];
  taskservs?: readonly string[];
  servers?: readonly string[];
  cluster_type?: string;
  commands?: readonly string[];
  undo_commands?: readonly string[];
  /** Of `undo`: the operation, the journal's entries that it undoes, and what these did. */
  undoes?: string;
  /** Of `undo`: other operations whose changes the same acts undo. */
  along?: readonly { operationId: string; changes: number }[];
  entries?: readonly number[];
  changes?: readonly ChangeReport[];
}

/** A batch on its way into the store. */
export interface NewBatch extends Authorship {
  id: string;
  name: string;
  version: string | null;
  storageBackend: string | null;
  parallelLimit: number;
  rollbackEnabled: boolean;
  onFailure: OnFailure;
  resumeOf: string | null;
  infras: readonly string[];
  scope: Scope;
}

export interface NewOperation {
  id: string;
  spec: OperationSpec;
  seq: number;
  status: 'Blocked' | 'Waiting' | 'Completed';
  /** Ids of tasks. */
  dependsOn: readonly string[];
  pendingDeps: number;
  runner: 'command' | 'operation';
  program: string;
  args: readonly string[];
  /** Starts in all when its worker is lost, and whether it may be started again at all. */
  maxAttempts: number;
  repeatable: boolean;
  reconcilable: boolean;
  undoable: boolean;
  retries: number;
  timeoutSeconds: number | null;
  /** The completed task of an earlier batch whose outcome is taken over. */
  keptFrom: string | null;
  /** The task of an earlier batch whose work it does again. */
  retryOf: string | null;
  /** What it does. */
  acts: readonly Act[];
}

/**
 * A batch as it was when it was stored, however far workers have come since: what its submission is answered with, and
 * answered again when the same request is repeated.
 */
export function asSubmitted({ batch, operations }: BatchSummary): BatchSummary {
  // What has its infras is started in the very transaction that stores it.
  const isStarted = batch.startedAt?.getTime() === batch.createdAt.getTime();
  const status = operations.every(({ kept }) => kept) ? 'Completed' : isStarted ? 'Running' : 'Pending';
  return {
    batch: { ...batch, status },
    operations: operations.map((operation) =>
      operation.kept
        ? { ...operation, undo: null }
        : { ...operation, status: 'Waiting', undo: null, totalSteps: null, doneSteps: null },
    ),
  };
}

export function unknownBatch(id: string): Failure {
  return new Failure('not_found', `There is no batch ${id}. GET /batch/operations lists those there are.`, {
    code: 'batch_not_found',
  });
}
