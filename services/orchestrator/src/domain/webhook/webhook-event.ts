import { webhookEventOf, type RecordedEventType, type WebhookEvent } from '../event/catalogue.js';

/** An event as it is sent to webhooks. */
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

/** The output and error of a task that has ended. */
export interface TaskEnd {
  output: string | null;
  error: string | null;
}

const STATUSES: Readonly<Record<string, string>> = { RolledBack: 'rolled_back' };

/**
 * Returns what webhooks receive of an event: the end of a task or a batch; undefined for all other events. Surveys are
 * internal tasks.
 * @param endOf looks up the output of a task
 */
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
