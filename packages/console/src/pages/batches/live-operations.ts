import type { Batch, BatchOperation } from '@provisioning/contracts';
import { useEffect, useMemo, useState } from 'react';
import { isNewer, type Patch } from '../../live/forward-only.js';
import { liveStore } from '../../live/live-store.js';

const SHOW_MS = 250;

/** The operations of a batch with what events have said since; four times a second at most, however many come. */
export function useLiveOperations({ operations }: Batch, requestedAt: number): BatchOperation[] {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = liveStore.subscribeToAll(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setVersion((count) => count + 1);
      }, SHOW_MS);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, []);
  return useMemo(
    () =>
      operations.map((operation) => {
        const patch = operation.task_id === undefined ? undefined : liveStore.patch(operation.task_id);
        return patch ? patched(operation, patch, requestedAt) : operation;
      }),
    // The store is read anew when its version changes.
    [operations, requestedAt, version],
  );
}

function patched(operation: BatchOperation, patch: Patch, requestedAt: number): BatchOperation {
  const { status } = operation;
  // Undoing is further than anything that a task does.
  if (status === 'RollingBack' || status === 'RolledBack') return operation;
  if (!isNewer(patch, { status, attempt: operation.attempt ?? 0 }, requestedAt)) return operation;
  const { progress, error } = patch;
  return {
    ...operation,
    status: patch.status,
    ...(progress ? { current_step: progress.current_step } : {}),
    ...(error ? { error } : {}),
    ...(patch.status === 'Pending'
      ? {}
      : { waiting_for: null, started_at: operation.started_at ?? patch.at }),
  };
}
