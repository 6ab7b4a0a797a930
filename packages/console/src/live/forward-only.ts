import type { Event, Task } from '@provisioning/contracts';

/** What an event says of a task or of an operation of a batch. Words as the API has them. */
export interface Patch {
  status: Task['status'];
  /** The engine's finer word, in snake case; absent in events of progress. */
  state: string | undefined;
  attempt: number;
  progress: { total_steps: number; completed_steps: number; current_step: string | null } | undefined;
  error: string | undefined;
  /** Of the event, as the server stamped it. */
  at: string;
  /** The place of the event in the one order of all events. */
  id: number;
  /** When it arrived here, on the clock of `performance.now()`. */
  arrivedAt: number;
}

/** How far something is: compared by attempt first, then by rank. */
export interface Position {
  status: Task['status'];
  state?: string | undefined;
  attempt: number;
}

const ENDED = new Set<string>(['Completed', 'Failed', 'Cancelled']);

export const hasEnded = (status: string): boolean => ENDED.has(status) || status === 'RolledBack';

function rankOf({ status, state }: Position): number {
  if (ENDED.has(status)) return 4;
  if (state === 'retry_wait') return 3;
  if (state === 'unknown') return 2;
  return status === 'Running' ? 1 : 0;
}

/** Whether `one` is behind `other`: what has ended is behind nothing. */
export function isBehind(one: Position, other: Position): boolean {
  const [ended, otherEnded] = [ENDED.has(one.status), ENDED.has(other.status)];
  if (ended || otherEnded) return otherEnded && !ended;
  if (one.attempt !== other.attempt) return one.attempt < other.attempt;
  return rankOf(one) < rankOf(other);
}

/**
 * Whether a patch is shown over what was fetched. A request that was sent after the event had arrived was answered from a
 * state that includes it; of the rest, whichever is further is the newer one.
 */
export function isNewer(patch: Patch, fetched: Position, requestedAt: number): boolean {
  return requestedAt < patch.arrivedAt && !isBehind(patch, fetched);
}

/** Of two patches of the same thing the later event counts; what it does not say stays. */
export function mergePatches(before: Patch | undefined, next: Patch): Patch {
  if (before === undefined || before.attempt < next.attempt) return next;
  if (next.id < before.id) return before;
  return {
    ...next,
    state: next.state ?? before.state,
    progress: next.progress ?? before.progress,
    error: next.error ?? before.error,
  };
}

const STATUS: Record<string, Task['status']> = {
  pending: 'Pending',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** What an event says, and of what: the id of a task. Undefined for events of other things. */
export function patchOf(event: Event, arrivedAt: number): { taskId: string; patch: Patch } | undefined {
  const { task_id: taskId, status: word } = event.metadata;
  const status = typeof word === 'string' ? STATUS[word] : undefined;
  const { data } = event;
  // The undoing of an operation is a task of its own.
  if (typeof taskId !== 'string' || status === undefined || event.event_type === 'LogEntry') return undefined;
  const total = data['total_steps'];
  return {
    taskId,
    patch: {
      status,
      state: typeof data['state'] === 'string' ? data['state'] : undefined,
      attempt: typeof data['attempt'] === 'number' ? data['attempt'] : 0,
      progress:
        typeof total === 'number'
          ? {
              total_steps: total,
              completed_steps: Number(data['completed_steps'] ?? 0),
              current_step: typeof data['current_step'] === 'string' ? data['current_step'] : null,
            }
          : undefined,
      error: typeof data['error'] === 'string' ? data['error'] : undefined,
      at: event.timestamp,
      id: Number(event.id ?? 0),
      arrivedAt,
    },
  };
}
