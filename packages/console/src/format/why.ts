import type { Task, WaitingFor } from '@provisioning/contracts';

/** Writes a time in the zone that the user prefers. */
type Clock = (at: string) => string;

/** Why a task is as it is, in one sentence. */
export function whyOf(
  { status, error, exit_code, signal, waiting_for, progress, cancel_requested_at }: Task,
  clock: Clock,
): string {
  if (cancel_requested_at && status === 'Running')
    return 'It is being cancelled: its processes are being ended.';
  if (status === 'Pending') return waiting_for ? reasonOf(waiting_for, clock) : 'It is about to start.';
  if (waiting_for?.reason === 'held') return reasonOf(waiting_for, clock);
  if (status === 'Running') return progress?.current_step ?? 'It is running.';
  if (status === 'Completed') return 'It completed.';
  const how = signal ? ` (ended by ${signal})` : exit_code ? ` (exit code ${exit_code})` : '';
  return `${error ?? (status === 'Cancelled' ? 'It was cancelled.' : 'No reason was recorded.')}${how}`;
}

/** A sentence that says what a task or operation waits for. */
export function reasonOf({ reason, infra, place, operations, at }: WaitingFor, clock: Clock): string {
  switch (reason) {
    case 'lock':
      return `It waits until ${infra ?? 'the infra'} is free${place ? `: place ${place} in line` : ''}.`;
    case 'limit':
      return 'It waits for its turn: as many operations of its batch are running as the batch allows.';
    case 'dependency':
      return `It waits for ${operations?.join(', ') ?? 'operations before it'}.`;
    case 'retry':
      return `It failed and is tried again at ${at ? clock(at) : 'a later time'}.`;
    case 'held':
      return 'It is held until an admin releases it.';
    default:
      return 'It waits for a worker: none is free.';
  }
}
