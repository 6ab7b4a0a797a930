import { Failure } from '@provisioning/errors';
import type { Scope } from '../access/scope.js';
import type { RecordedEventType } from '../event/catalogue.js';
import type { Authorship } from '../workflow/submitter.js';

/**
 * See docs/states/task.md. `Blocked`: waits for dependencies. `Waiting`: waits for its infra lock, or for the batch's
 * parallel_limit. `Ready`: any worker may claim it. `RetryWait`: waits for the time of its next attempt. `Unknown`: its
 * worker was lost before the outcome was reported. The last three are terminal.
 */
export type TaskStatus =
  | 'Blocked'
  | 'Waiting'
  | 'Ready'
  | 'Running'
  | 'RetryWait'
  | 'Unknown'
  | 'Completed'
  | 'Failed'
  | 'Cancelled';

/** Tasks that have not started an attempt, or wait for another one. */
export const PENDING_TASKS = ['Blocked', 'Waiting', 'Ready', 'RetryWait'] as const satisfies TaskStatus[];
/** Tasks that a worker runs, or was running when it was lost. */
export const RUNNING_TASKS = ['Running', 'Unknown'] as const satisfies TaskStatus[];
/** Tasks that have not ended. */
export const OPEN_TASKS: readonly TaskStatus[] = [...PENDING_TASKS, ...RUNNING_TASKS];

/** `rollback`: undoes an operation of its batch. `survey`: asks the providers which resources exist. */
export type TaskKind = 'workflow' | 'operation' | 'rollback' | 'survey';

/** A unit of work on one infra. */
export interface Task {
  id: string;
  kind: TaskKind;
  name: string;
  status: TaskStatus;
  infra: string;
  checkMode: boolean;
  batchId: string | null;
  /** Its id in the batch. */
  operation: string | null;
  /** Ids of the tasks that must complete before. */
  dependsOn: readonly string[];
  /** Name of a configured program, such as `provisioning`. Never a path from a request. */
  program: string;
  /** The first arguments, such as `servers create`. */
  verb: readonly string[];
  args: readonly string[];
  attempt: number;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  cancelRequestedAt: Date | null;
  exitCode: number | null;
  signal: string | null;
  error: string | null;
  /** The task that this one retries. */
  retryOf: string | null;
  /** The last 2,000 characters of its output; null until it has ended. */
  outputTail: string | null;
  /** Id of its {@link Scope}; null if an earlier release stored it. */
  scopeId: string | null;
}

/** A task as lists show it. */
export interface ListedTask extends Task {
  progress: TaskProgress | null;
  waitingFor: WaitingFor | null;
}

/** A task with the details that lists omit. */
export interface TaskDetails extends ListedTask {
  /** Name of its batch. */
  batchName: string | null;
  /** The plan that it executes. */
  planId: string | null;
  output: string | null;
  /** What a run in check mode reported; null if it reported no plan. */
  planned: readonly PlannedChange[] | null;
}

/** A change that a run in check mode would make. */
export interface PlannedChange {
  change: 'create' | 'change' | 'destroy';
  kind: string;
  infra: string;
  name: string;
  provider: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Why a task or batch has not started. `place` in the queue counts from 1. */
export type WaitingFor =
  | {
      reason: 'lock';
      infra: string;
      holder: { id: string; kind: 'task' | 'batch' | 'plan' } | null;
      place: number;
    }
  | { reason: 'limit'; place: number }
  | { reason: 'dependency'; operations: readonly string[] }
  | { reason: 'retry'; at: Date }
  | { reason: 'worker' }
  /** A user must release it. */
  | { reason: 'held' };

interface TaskProgress {
  totalSteps: number;
  doneSteps: number;
  currentStep: string | null;
}

/** A workflow that is being submitted. */
export interface NewTask extends Authorship {
  id: string;
  kind: 'workflow';
  name: string;
  infra: string;
  checkMode: boolean;
  program: string;
  verb: readonly string[];
  args: readonly string[];
  /** Number of starts, at most, if its worker is lost. */
  maxAttempts: number;
  /** Whether the outcome of a lost attempt can be found out. */
  reconcilable: boolean;
  retryOf: string | null;
  scope: Scope;
}

/** A line of the output. `line` counts from 1, over all attempts. */
export interface LogLine {
  line: number;
  attempt: number;
  at: Date;
  text: string;
}

/** A recorded transition of a task or a batch. */
export interface Snapshot {
  id: string;
  at: Date;
  type: RecordedEventType;
  status: TaskStatus;
  attempt: number;
  details: Record<string, unknown>;
}

/** The Failure `not_found` (`task_not_found`). */
export function unknownTask(id: string): Failure {
  return new Failure('not_found', `There is no task ${id}. GET /tasks lists all tasks.`, {
    code: 'task_not_found',
  });
}
