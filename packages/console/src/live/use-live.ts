import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Event, Task } from '@provisioning/contracts';
import { mayFetchInBackground } from '../api/budget.js';
import { connect, type ConnectionState } from './connection.js';
import { isNewer, type Patch } from './forward-only.js';
import { liveStore } from './live-store.js';

const TYPES: Event['event_type'][] = [
  'TaskStatusChanged',
  'BatchOperationUpdate',
  'WorkflowProgressUpdate',
  'SystemHealthUpdate',
  'PlanStatusChanged',
];
/** The queries that show tasks and batches. */
const WORK = [['tasks', 'list'], ['tasks', 'detail'], ['tasks', 'history'], ['batches']];
/** Lists are fetched again so often at most, however many events say that they have changed. */
const REFETCH_MS = 2_000;
const HIDDEN_MS = 300_000;

/** The one status connection of the tab. Events patch what is shown at once and mark lists as stale. */
export function useStatusConnection(enabled: boolean): ConnectionState {
  const queries = useQueryClient();
  const [state, setState] = useState<ConnectionState>('connecting');
  const isHiddenForLong = useHiddenForLong();
  useEffect(() => {
    if (!enabled || isHiddenForLong) return;
    const work = new Stale(queries, WORK);
    const plans = new Stale(queries, [['plans']]);
    const close = connect({
      eventTypes: TYPES,
      onEvents: (events) => {
        liveStore.apply(events, performance.now());
        const types = new Set(events.map(({ event_type }) => event_type));
        if (types.delete('PlanStatusChanged')) plans.note();
        types.delete('SystemHealthUpdate');
        if (types.size > 0) work.note();
      },
      onState: setState,
      onMissed() {
        work.note();
        plans.note();
      },
    });
    return () => {
      work.stop();
      plans.stop();
      close();
    };
  }, [enabled, isHiddenForLong, queries]);
  return enabled && !isHiddenForLong ? state : 'off';
}

/** Queries that events have made stale. They are fetched again together, after a moment in which more events may come. */
class Stale {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly queries: QueryClient,
    private readonly keys: readonly (readonly string[])[],
  ) {}

  note(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!mayFetchInBackground()) return this.note();
      for (const queryKey of this.keys) void this.queries.invalidateQueries({ queryKey });
    }, REFETCH_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function useHiddenForLong(): boolean {
  const [isHidden, setIsHidden] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') setIsHidden(false);
      else timer = setTimeout(() => setIsHidden(true), HIDDEN_MS);
    };
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return isHidden;
}

/** A task as it was fetched, with what events have said since. */
export function useLiveTask(task: Task, requestedAt: number): Task {
  const patch = useSyncExternalStore(
    (listener) => liveStore.subscribe(task.id, listener),
    () => liveStore.patch(task.id),
  );
  return patch ? withPatch(task, patch, requestedAt) : task;
}

function withPatch(task: Task, patch: Patch, requestedAt: number): Task {
  const state = task.waiting_for?.reason === 'retry' ? 'retry_wait' : undefined;
  const position = { status: task.status, state, attempt: task.attempt ?? 0 };
  if (!isNewer(patch, position, requestedAt)) return task;
  const { status, progress, error } = patch;
  return {
    ...task,
    status,
    ...(patch.attempt > 0 ? { attempt: patch.attempt } : {}),
    ...(progress ? { progress } : {}),
    ...(error ? { error } : {}),
    ...(status === 'Pending' ? {} : { waiting_for: null, started_at: task.started_at ?? patch.at }),
  };
}
