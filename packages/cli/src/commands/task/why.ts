import type { Task, WaitingFor } from '@provisioning/contracts';

/** Explains the status of a task in a sentence. */
export function whyOf({ status, error, exit_code, signal, waiting_for, progress, started_at }: Task): string {
  if (status === 'Pending') return waiting_for ? reasonOf(waiting_for) : 'The task is about to start.';
  if (waiting_for?.reason === 'held') return reasonOf(waiting_for);
  if (status === 'Running') {
    const step = progress?.current_step ? `: ${progress.current_step}` : '';
    return `The task has been running since ${started_at ?? 'just now'}${step}.`;
  }
  if (status === 'Completed') return 'The task completed.';
  const how = signal ? ` (ended by ${signal})` : exit_code ? ` (exit code ${exit_code})` : '';
  return `${error ?? 'No reason was recorded.'}${how}`;
}

/** Explains in a sentence why a pending task has not started. */
export function reasonOf(waiting: WaitingFor): string {
  const { reason, infra, task_id, batch_id, place, operations, at } = waiting;
  if (reason === 'lock') {
    const holder = task_id ? `, held by task ${task_id}` : batch_id ? `, held by batch ${batch_id}` : '';
    return `Waiting for the lock of ${infra ?? 'the infra'}${holder}${place ? ` (position ${place} in the queue)` : ''}.`;
  }
  if (reason === 'limit') return 'Waiting for the parallel limit of the batch.';
  if (reason === 'dependency') return `Waiting for ${operations?.join(', ') ?? 'dependencies'}.`;
  if (reason === 'retry') return `The last attempt failed. The next one starts at ${at ?? 'a later time'}.`;
  if (reason === 'held') return 'Held until an admin releases it with provctl admin release.';
  return 'Waiting for a free worker.';
}
