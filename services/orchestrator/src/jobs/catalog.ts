/** The queue of doorbells, and what a job on it carries: an id, nothing else. Postgres knows the rest. */
export const TASK_QUEUE = 'tasks';
export const QUEUE_PREFIX = '{provisioning}';

export interface RunTaskJob {
  task_id: string;
}
export const RUN_TASK = 'run-task';

/** The job's id, so that ringing twice makes one job. BullMQ refuses ids that are only digits or hold one colon. */
export function jobIdOf(taskId: string): string {
  return `t-${taskId}`;
}

/** Where API processes say that something was cancelled. */
export const CANCEL_CHANNEL = `${QUEUE_PREFIX}:cancelled`;
