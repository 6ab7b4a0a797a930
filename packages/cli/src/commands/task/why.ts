import type { Task, WaitingFor } from '@provisioning/contracts';

/** Why a task is as it is, in a sentence. */
export function whyOf({ status, error, exit_code, signal, waiting_for, progress, started_at }: Task): string {
  if (status === 'Pending') return waiting_for ? reasonOf(waiting_for) : 'It is about to start.';
  if (status === 'Running') {
    const step = progress?.current_step ? `: ${progress.current_step}` : '';
    return `It runs since ${started_at ?? 'just now'}${step}.`;
  }
  if (status === 'Completed') return 'It did what it should.';
  const how = signal ? ` (ended by ${signal})` : exit_code ? ` (exit code ${exit_code})` : '';
  return `${error ?? 'No reason was recorded.'}${how}`;
}

export function reasonOf(waiting: WaitingFor): string {
  const { reason, infra, task_id, batch_id, place, operations, at } = waiting;
  if (reason === 'lock') {
    const holder = task_id ? ` by task ${task_id}` : batch_id ? ` by batch ${batch_id}` : '';
    return `It waits until ${infra ?? 'the infra'} is free: it is being changed${holder}${place ? `; place ${place} in line` : ''}.`;
  }
  if (reason === 'limit') return 'It waits for its turn: as many operations of its batch run as may.';
  if (reason === 'dependency') return `It waits for ${operations?.join(', ') ?? 'operations before it'}.`;
  if (reason === 'retry') return `It failed and is tried again at ${at ?? 'a later time'}.`;
  return 'It waits for a worker: none is free.';
}
