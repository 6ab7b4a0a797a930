import type { DataOf, getTask, listTasks } from '@provisioning/contracts';
import type { Task, TaskDetails, TaskStatus } from '../../domain/task/task.js';

type ListedTask = DataOf<typeof listTasks>[number];
type WholeTask = DataOf<typeof getTask>;
type ApiStatus = ListedTask['status'];

/** The API document's five words for our seven. */
export const API_STATUS: Record<TaskStatus, ApiStatus> = {
  Waiting: 'Pending',
  Ready: 'Pending',
  Running: 'Running',
  Unknown: 'Running',
  Completed: 'Completed',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
};

export function statusesOf(apiStatus: ApiStatus): TaskStatus[] {
  return (Object.keys(API_STATUS) as TaskStatus[]).filter((status) => API_STATUS[status] === apiStatus);
}

export function presentTask(task: Task, command: string): ListedTask {
  return {
    id: task.id,
    name: task.name,
    command: [command, ...task.verb].join(' '),
    args: [...task.args],
    // A workflow is one task: it stands on no other.
    dependencies: [],
    status: API_STATUS[task.status],
    created_at: task.createdAt.toISOString(),
    started_at: task.startedAt?.toISOString() ?? null,
    completed_at: task.completedAt?.toISOString() ?? null,
    output: task.outputTail,
    error: task.error,
  };
}

export function presentTaskDetails(task: TaskDetails, command: string): WholeTask {
  const { progress, waitingFor } = task;
  return {
    ...presentTask(task, command),
    output: task.output,
    kind: 'workflow',
    infra: task.infra,
    check_mode: task.checkMode,
    retry_of: task.retryOf,
    attempt: task.attempt,
    exit_code: task.exitCode,
    signal: task.signal,
    created_by: task.createdByName,
    cancel_requested_at: task.cancelRequestedAt?.toISOString() ?? null,
    progress: progress && {
      total_steps: progress.totalSteps,
      completed_steps: progress.doneSteps,
      current_step: progress.currentStep,
    },
    waiting_for: waitingFor && {
      infra: waitingFor.infra,
      task_id: waitingFor.holderId,
      place: waitingFor.place,
    },
  };
}
