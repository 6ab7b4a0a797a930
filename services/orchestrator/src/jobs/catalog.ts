/** The queue of wake-ups. A job contains task ids and nothing else: Postgres has the rest. */
export const TASK_QUEUE = 'tasks';
/** The prefix of all keys of BullMQ; the braces keep them in one slot of a Redis cluster. */
export const QUEUE_PREFIX = '{provisioning}';

/** The worker that receives the job claims as many tasks as it has room for; these may be among them. */
export interface RunTasksJob {
  task_ids: string[];
}
/** The name of the jobs. */
export const RUN_TASKS = 'run-tasks';

/** A job for each task would cost more than most transitions. */
export const TASKS_PER_JOB = 16;

/** The job's id, so that repeated wake-ups make one job. BullMQ refuses ids of digits only, or with one colon. */
export function jobIdOf(firstTaskId: string): string {
  return `t-${firstTaskId}`;
}

/** What a probe stores to check whether Redis stores anything. */
export const PROBE_KEY = `${QUEUE_PREFIX}:probe`;

/** The channel on which API processes publish that a task was cancelled. */
export const CANCEL_CHANNEL = `${QUEUE_PREFIX}:cancelled`;
