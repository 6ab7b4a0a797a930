import { useQueryClient } from '@tanstack/react-query';
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
];
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
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stale = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!mayFetchInBackground()) return stale();
        void queries.invalidateQueries({ queryKey: ['tasks', 'list'] });
        void queries.invalidateQueries({ queryKey: ['tasks', 'detail'] });
        void queries.invalidateQueries({ queryKey: ['tasks', 'history'] });
        void queries.invalidateQueries({ queryKey: ['batches'] });
      }, REFETCH_MS);
    };
    const close = connect({
      eventTypes: TYPES,
      onEvents: (events) => {
        liveStore.apply(events, performance.now());
        if (events.some(({ event_type }) => event_type !== 'SystemHealthUpdate')) stale();
      },
      onState: setState,
      onMissed: stale,
    });
    return () => {
      clearTimeout(timer);
      close();
    };
  }, [enabled, isHiddenForLong, queries]);
  return enabled && !isHiddenForLong ? state : 'off';
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
