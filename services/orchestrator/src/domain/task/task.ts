import { Failure } from '@provisioning/errors';

/**
 * What happens to a task (docs/states/task.md). `Waiting`: for its infra's lock. `Ready`: any worker may claim it.
 * `Unknown`: its worker died between an act and its outcome. The last three are never left.
 */
export type TaskStatus = 'Waiting' | 'Ready' | 'Running' | 'Unknown' | 'Completed' | 'Failed' | 'Cancelled';

/** A run of a program of ours for somebody, on one infra. */
export interface Task {
  id: string;
  name: string;
  status: TaskStatus;
  infra: string;
  checkMode: boolean;
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
}

/** A task with what a list leaves out. */
export interface TaskDetails extends Task {
  output: string | null;
  progress: TaskProgress | null;
  /** The task that holds the infra's lock, and how many stand before this one, where it waits. */
  waitingFor: { infra: string; holderId: string | null; place: number } | null;
}

interface TaskProgress {
  totalSteps: number;
  doneSteps: number;
  currentStep: string | null;
}

export interface NewTask {
  id: string;
  kind: 'workflow';
  name: string;
  infra: string;
  checkMode: boolean;
  program: string;
  verb: readonly string[];
  args: readonly string[];
  maxAttempts: number;
  retryOf: string | null;
  createdBy: string;
  createdByName: string;
  requestId: string;
  traceparent: string | undefined;
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
  /** What happened: `submitted`, `started`, `finished`… */
  type: string;
  status: TaskStatus;
  attempt: number;
  details: Record<string, unknown>;
}

export function unknownTask(id: string): Failure {
  return new Failure('not_found', `There is no task ${id}. GET /tasks lists those there are.`, {
    code: 'task_not_found',
  });
}
