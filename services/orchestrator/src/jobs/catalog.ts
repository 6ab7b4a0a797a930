/** The queue of wake-ups. A job carries task ids and nothing else: Postgres holds the rest. */
export const TASK_QUEUE = 'tasks';
export const QUEUE_PREFIX = '{provisioning}';

/** Whoever takes the job takes as much as he has room for, and these may be among it. */
export interface RunTasksJob {
  task_ids: string[];
}
export const RUN_TASKS = 'run-tasks';

/** A job for each task would cost more than most transitions. */
export const TASKS_PER_JOB = 16;

/** The job's id, so that ringing twice makes one job. BullMQ refuses ids that are only digits or hold one colon. */
export function jobIdOf(firstTaskId: string): string {
  return `t-${firstTaskId}`;
}

/** What a probe stores, to see whether Redis stores anything. */
export const PROBE_KEY = `${QUEUE_PREFIX}:probe`;

/** Where API processes say that something was cancelled. */
export const CANCEL_CHANNEL = `${QUEUE_PREFIX}:cancelled`;
