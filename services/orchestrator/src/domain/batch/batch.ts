import { Failure } from '@provisioning/errors';
import type { SemanticChange } from '@provisioning/provisioner/plan';
import type { Act } from '../access/act.js';
import type { Scope } from '../access/scope.js';
import type { ChangeReport } from '../rollback/change-report.js';
import type { TaskStatus, WaitingFor } from '../task/task.js';
import type { Authorship } from '../workflow/submitter.js';

/** See docs/states/batch.md. `Pending`: waits for its infra locks. The last four are terminal. */
export type BatchStatus =
  'Pending' | 'Running' | 'RollingBack' | 'Completed' | 'Failed' | 'Cancelled' | 'RolledBack';
/** Batches that have not ended. */
export const OPEN_BATCHES: readonly BatchStatus[] = ['Pending', 'Running', 'RollingBack'];

/** What a failed operation means for those that do not depend on it. */
export type OnFailure = 'continue' | 'stop';

/** A batch without its operations. */
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
  /** Number of operations, and of those in each terminal status. */
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  createdBy: string;
  createdByName: string;
  /** Id of its {@link Scope}; null if an earlier release stored it. */
  scopeId: string | null;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  cancelRequestedAt: Date | null;
  error: string | null;
}

/** An operation as lists show it. */
export interface OperationSummary {
  taskId: string;
  /** Its id in the batch. */
  id: string;
  status: TaskStatus;
  /** Status of the task that undoes it; null without one. */
  undo: TaskStatus | null;
  totalSteps: number | null;
  doneSteps: number | null;
  /** Whether its outcome was kept from the batch that was resumed. */
  kept: boolean;
}

/** An operation with all details. */
export interface Operation extends OperationSummary {
  spec: OperationSpec;
  dependsOn: readonly string[];
  attempt: number;
  currentStep: string | null;
  startedAt: Date | null;
  completedAt: Date | null;
  error: string | null;
  outputTail: string | null;
  /** The reported result and resources; null before the end. */
  data: Record<string, unknown> | null;
  waitingFor: WaitingFor | null;
}

/** A batch with the summaries of its operations. */
export interface BatchSummary {
  batch: Batch;
  operations: OperationSummary[];
}

/** The work of an operation: the body of the request with all defaults. Stored in `task_specs.spec`. */
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
  /** Of `undo`: id of the operation whose changes are undone. */
  undoes?: string;
  /** Of `undo`: further operations whose changes are undone with them, and how many changes of each. */
  along?: readonly { operationId: string; changes: number }[];
  /** Of `undo`: numbers of the undone journal entries. */
  entries?: readonly number[];
  /** Of `undo`: the changes to reverse, oldest first. */
  changes?: readonly ChangeReport[];
  /** Of an approved plan: the changes that it may make. */
  planned?: readonly SemanticChange[];
}

/** A batch that is being submitted. */
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

/** An operation that is being submitted. */
export interface NewOperation {
  id: string;
  spec: OperationSpec;
  seq: number;
  status: 'Blocked' | 'Waiting' | 'Completed';
  /** Ids of the tasks of its dependencies. */
  dependsOn: readonly string[];
  /** Number of dependencies that have not completed. */
  pendingDeps: number;
  runner: 'command' | 'operation';
  program: string;
  args: readonly string[];
  /** Number of starts, at most, if its worker is lost. */
  maxAttempts: number;
  /** Whether a lost attempt may be repeated. */
  repeatable: boolean;
  /** Whether the outcome of a lost attempt can be found out. */
  reconcilable: boolean;
  /** Whether a rollback can undo it. */
  undoable: boolean;
  retries: number;
  timeoutSeconds: number | null;
  /** Completed task of an earlier batch whose outcome is kept. */
  keptFrom: string | null;
  /** Task of an earlier batch whose work is done again. */
  retryOf: string | null;
  /** Its acts, for the policies. */
  acts: readonly Act[];
}

/**
 * Returns a batch in its state at submission, regardless of its progress since: the answer to its submission, and to every
 * repetition of that request.
 */
export function asSubmitted({ batch, operations }: BatchSummary): BatchSummary {
  // A batch whose infras are free is started by the transaction that stores it.
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

/** The Failure `not_found` (`batch_not_found`). */
export function unknownBatch(id: string): Failure {
  return new Failure('not_found', `There is no batch ${id}. GET /batch/operations lists all batches.`, {
    code: 'batch_not_found',
  });
}
