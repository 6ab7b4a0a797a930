import { Failure } from '@provisioning/errors';
import type { Scope } from '../access/scope.js';
import type { RecordedEventType } from '../event/catalogue.js';
import type { Authorship } from '../workflow/submitter.js';

/**
 * What happens to a task (docs/states/task.md). `Blocked`: operations that it depends on have not completed. `Waiting`:
 * for its infra's lock, or for room among the operations of its batch. `Ready`: any worker may claim it. `RetryWait`: its
 * next attempt has a time. `Unknown`: its worker died between an act and its outcome. The last three are never left.
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

/** A workflow, an operation of a batch, or what undoes one. */
export type TaskKind = 'workflow' | 'operation' | 'rollback' | 'survey';

/** Something that is run for somebody, on one infra. */
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
  /** The tasks that must have completed before. */
  dependsOn: readonly string[];
  /** Which of the configured programs runs: `provisioning`. Never a path that came from a request. */
  program: string;
  /** `servers create`, as its first arguments. */
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
  /** The task whose work this one does again. */
  retryOf: string | null;
  /** The end of what it printed, 2,000 characters at most; null until it has ended. */
  outputTail: string | null;
  /** Of its {@link Scope}; null for what a process of an earlier release stored. */
  scopeId: string | null;
}

/** A task with what a list leaves out. */
export interface TaskDetails extends Task {
  /** Of the batch that it is an operation of. */
  batchName: string | null;
  output: string | null;
  progress: TaskProgress | null;
  waitingFor: WaitingFor | null;
}

/** Why something has not started. `place` counts from 1. */
export type WaitingFor =
  | { reason: 'lock'; infra: string; holder: { id: string; kind: 'task' | 'batch' } | null; place: number }
  | { reason: 'limit'; place: number }
  | { reason: 'dependency'; operations: readonly string[] }
  | { reason: 'retry'; at: Date }
  | { reason: 'worker' };

interface TaskProgress {
  totalSteps: number;
  doneSteps: number;
  currentStep: string | null;
}

export interface NewTask extends Authorship {
  id: string;
  kind: 'workflow';
  name: string;
  infra: string;
  checkMode: boolean;
  program: string;
  verb: readonly string[];
  args: readonly string[];
  /** How often it is started in all when its worker is lost. */
  maxAttempts: number;
  /** Whether what became of a lost attempt can be found out. */
  reconcilable: boolean;
  retryOf: string | null;
  scope: Scope;
}

export interface LogLine {
  line: number;
  attempt: number;
  at: Date;
  text: string;
}

/** A transition of a task, as it was recorded with it. */
export interface Snapshot {
  id: string;
  at: Date;
  type: RecordedEventType;
  status: TaskStatus;
  attempt: number;
  details: Record<string, unknown>;
}

export function unknownTask(id: string): Failure {
  return new Failure('not_found', `There is no task ${id}. GET /tasks lists those there are.`, {
    code: 'task_not_found',
  });
}
