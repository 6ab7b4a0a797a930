import { webhookEventOf, type RecordedEventType, type WebhookEvent } from '../event/catalogue.js';

/** An event of the history that endpoints may want to be told of. */
export interface WebhookPayload {
  event: WebhookEvent;
  at: Date;
  data: Record<string, unknown>;
}

interface Happened {
  at: Date;
  type: RecordedEventType;
  status: string;
  taskId: string | null;
  batchId: string | null;
  details: Record<string, unknown>;
  task: { kind: string; name: string; infra: string; operation: string | null } | null;
  batch: { kind: string; name: string } | null;
}

/** What the task’s row says of its end. */
export interface TaskEnd {
  output: string | null;
  error: string | null;
}

const STATUSES: Readonly<Record<string, string>> = { RolledBack: 'rolled_back' };

/** The end of a task or a batch; undefined for everything else. Questions to providers are no tasks of anybody's. */
export function webhookPayloadOf(
  happened: Happened,
  endOf: (taskId: string) => TaskEnd | undefined,
): WebhookPayload | undefined {
  const { at, status, taskId, batchId, details, task, batch } = happened;
  const event = webhookEventOf(happened);
  if (!event) return undefined;
  const lower = STATUSES[status] ?? status.toLowerCase();
  if (taskId !== null) {
    if (!task || task.kind === 'survey') return undefined;
    const { output = null, error = null } = endOf(taskId) ?? {};
    const { name, infra, operation } = task;
    const part = batchId === null ? {} : { batch_id: batchId, operation };
    return { event, at, data: { task_id: taskId, status: lower, output, error, name, infra, ...part } };
  }
  if (!batch || batch.kind !== 'batch' || batchId === null) return undefined;
  const { completed, failed, cancelled, error = null } = details;
  return {
    event,
    at,
    data: { batch_id: batchId, status: lower, name: batch.name, completed, failed, cancelled, error },
  };
}
