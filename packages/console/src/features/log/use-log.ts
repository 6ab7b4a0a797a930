import type { Task } from '@provisioning/contracts';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { client } from '../../api/client.js';
import { connect } from '../../live/connection.js';
import { hasEnded } from '../../live/forward-only.js';
import { LogLines } from './log-lines.js';

const BLOCK = 500;

/** A log as far as it was fetched. */
export interface Log {
  lines: LogLines;
  error: unknown;
  /** The end of the log is known. */
  isReady: boolean;
  /** Keeps these lines, and fetches what is missing of them. */
  need(from: number, to: number): void;
}

/** The log of a task: its end at first, then what is looked at, and what comes while it runs. */
export function useLog(task: Pick<Task, 'id' | 'status'>): Log {
  const { id } = task;
  const lines = useMemo(() => new LogLines(), [id]);
  const [error, setError] = useState<unknown>();
  const [isReady, setIsReady] = useState(false);
  const ended = hasEnded(task.status);
  useSyncExternalStore(lines.subscribe, () => lines.version);

  const tail = useCallback(async () => {
    try {
      const params = { id };
      lines.add(await client.orchestrator.getTaskLogs({ params, query: { tail: BLOCK } }));
      setError(undefined);
    } catch (failure) {
      setError(failure);
    }
    setIsReady(true);
  }, [id, lines]);

  // Once when it is opened, and once more when it has ended: the last lines may have come without an event.
  useEffect(() => void tail(), [tail, ended]);

  useEffect(() => {
    if (ended) return;
    return connect({
      eventTypes: ['LogEntry'],
      taskId: id,
      onEvents: (events) => lines.take(events),
      onMissed: () => void tail(),
    });
  }, [ended, id, lines, tail]);

  const fetching = useMemo(() => new Set<number>(), [id]);
  const need = useCallback(
    (from: number, to: number) => {
      lines.show(from, to);
      const gap = lines.firstGap(from, to);
      if (gap === undefined) return;
      const block = Math.floor((gap - 1) / BLOCK);
      if (fetching.has(block)) return;
      fetching.add(block);
      client.orchestrator
        .getTaskLogs({ params: { id }, query: { after: block * BLOCK, limit: BLOCK } })
        .then((found) => lines.add(found), setError)
        .finally(() => setTimeout(() => fetching.delete(block), 1_000));
    },
    [fetching, id, lines],
  );
  return { lines, error, isReady, need };
}
