import type { QueuedWork, QueuedWorkKind } from '../domain/worker/queued-work.js';

/** The BullMQ queue: a job for each piece of submitted work. */
export const QUEUE = 'work';
export const QUEUE_PREFIX = '{provisioning}';

/** What a job carries. Everything else is in Postgres. */
export interface WorkJob {
  /** Id of the task or of the batch. */
  id: string;
  kind: QueuedWorkKind;
  infras: readonly string[];
  submitted_by: string;
}

/** What a job that completed returns. */
export interface WorkResult {
  status: string;
}

/** The job's id. BullMQ refuses ids that consist of digits only or contain a colon. */
export function jobIdOf({ kind, id }: Pick<QueuedWork, 'kind' | 'id'>): string {
  return `${kind}-${id}`;
}

/** The id of the work that a job stands for. */
export function workIdOf(jobId: string): string {
  return jobId.slice(jobId.indexOf('-') + 1);
}

/** What a probe stores to check whether Redis stores anything. */
export const PROBE_KEY = `${QUEUE_PREFIX}:probe`;

/** Present while Redis contains the jobs of all open work: a Redis that lost its data does not contain it. */
export const COMPLETE_KEY = `${QUEUE_PREFIX}:complete`;

/** The worker that stored it looks after the delayed jobs. */
export const PROMOTER_KEY = `${QUEUE_PREFIX}:promoter`;
