import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { PlanRequest, RollbackResult, RollbackToPlan } from '@provisioning/contracts';
import type { RollbackFilters } from '../../paths-infra.js';
import { client, idOfCreated } from '../client.js';
import { fetched, PAGE } from '../fetched.js';

/** What is to be undone. */
export type Undo =
  { kind: 'checkpoint' | 'restore' | 'batch'; id: string } | { kind: 'operations'; ids: readonly string[] };

/** What would be done, and the request that does it. */
export interface UndoPreview {
  /** Null where nothing is left to undo. */
  request: RollbackToPlan | { restore: string } | null;
  result: RollbackResult;
}

/** The most operations that one rollback may name. */
const MOST_OPERATIONS = 1_000;
/** A restore asks the providers first. Seconds. */
const PATIENCE = 180;
const NOTHING: RollbackResult = {
  rollback_id: 'none',
  success: false,
  operations_executed: 0,
  operations_failed: 0,
  duration: 0,
};

export const undoPreview = (undo: Undo) =>
  queryOptions({
    queryKey: ['rollback', 'preview', undo],
    queryFn: async ({ signal }): Promise<UndoPreview> => {
      const request = await requestOf(undo, signal);
      return { request, result: request === null ? NOTHING : await previewOf(request, signal) };
    },
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });

async function requestOf(undo: Undo, signal: AbortSignal): Promise<UndoPreview['request']> {
  if (undo.kind === 'restore') return { restore: undo.id };
  if (undo.kind === 'checkpoint') return { checkpoint_id: undo.id };
  const ids = undo.kind === 'operations' ? [...undo.ids] : await tasksThatChanged(undo.id, signal);
  if (ids.length > MOST_OPERATIONS)
    throw new Error(
      `A rollback names at most ${MOST_OPERATIONS.toLocaleString()} operations, and ${ids.length.toLocaleString()} of this batch changed something. Roll back to a checkpoint instead.`,
    );
  return ids.length === 0 ? null : { operation_ids: ids };
}

/** The tasks of a batch whose changes have not been undone. The id of a task names its operation unambiguously. */
async function tasksThatChanged(batch_id: string, signal: AbortSignal): Promise<string[]> {
  const tasks = new Set<string>();
  const query = { batch_id, limit: 1_000 };
  for await (const entry of client.orchestrator.listJournal.all({ query, signal })) {
    if (entry.state === 'done') tasks.add(entry.task_id);
  }
  return [...tasks];
}

async function previewOf(
  request: NonNullable<UndoPreview['request']>,
  signal: AbortSignal,
): Promise<RollbackResult> {
  const options = { query: { check_mode: true }, signal, timeout: PATIENCE };
  if (!('restore' in request)) return client.orchestrator.executeRollback({ body: request, ...options });
  const answer = await client.orchestrator.restoreCheckpoint({ params: { id: request.restore }, ...options });
  // A string says that a restore has been done, which a preview never does.
  return typeof answer === 'string' ? NOTHING : answer;
}

/** Starts what was previewed. @returns the id of the rollback, which goes on without this page */
export async function startUndo({ request, result }: UndoPreview, idempotencyKey: string): Promise<string> {
  const options = { idempotencyKey, headers: { Prefer: 'respond-async' }, timeout: PATIENCE };
  if (request === null) throw new Error('Nothing is left to undo.');
  if (!('restore' in request)) {
    const { rollback_id } = await client.orchestrator.executeRollback({ body: request, ...options });
    return rollback_id;
  }
  const { confirmation } = result;
  return idOfCreated(({ orchestrator }) =>
    orchestrator.restoreCheckpoint({
      params: { id: request.restore },
      ...(confirmation ? { query: { confirm: confirmation } } : {}),
      ...options,
    }),
  );
}

/** What was previewed, as `POST /plans` accepts it, with the confirmation that the preview asks for. */
export function undoToPlan(
  request: NonNullable<UndoPreview['request']>,
  { confirmation }: RollbackResult,
): PlanRequest {
  if (!('restore' in request)) return { rollback: request };
  const confirm = confirmation ? { confirm: confirmation } : {};
  return { restore: { checkpoint_id: request.restore, ...confirm } };
}

export const rollbackList = ({ page = 1, status }: RollbackFilters) =>
  queryOptions({
    queryKey: ['rollback', 'list', { page, status }],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listRollbacks.page({
          query: { limit: PAGE, offset: (page - 1) * PAGE, ...(status && { status: status.join(',') }) },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** While it runs, it is fetched again every so many milliseconds. */
const FOLLOW_MS = 3_000;

export const rollbackDetail = (id: string) =>
  queryOptions({
    queryKey: ['rollback', 'detail', id],
    queryFn: ({ signal }) => client.orchestrator.getRollback({ params: { id }, signal }),
    refetchInterval: ({ state: { data } }) => (data && isUnderWay(data) ? FOLLOW_MS : false),
  });

export const isUnderWay = ({ status }: RollbackResult): boolean =>
  status === 'Pending' || status === 'Running';
