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
  plan: { id: string; kind: string; name: string; infras: readonly string[] } | null;
}

/** The output and error of a task that has ended. */
export interface TaskEnd {
  output: string | null;
  error: string | null;
}

const STATUSES: Readonly<Record<string, string>> = { RolledBack: 'rolled_back' };

/**
 * Returns what webhooks receive of an event: the end of a task or a batch, or a change of a plan; undefined for all other
 * events. Surveys are internal tasks.
 * @param endOf looks up the output of a task
 */
export function webhookPayloadOf(
  happened: Happened,
  endOf: (taskId: string) => TaskEnd | undefined,
): WebhookPayload | undefined {
  const { at, status, taskId, batchId, details, task, batch, plan } = happened;
  const event = webhookEventOf(happened);
  if (!event) return undefined;
  const lower = STATUSES[status] ?? status.toLowerCase();
  if (plan) {
    if (!isNews(event, details)) return undefined;
    const { id, kind, name, infras } = plan;
    const { digest, batch_id, error = null } = details;
    return { event, at, data: { plan_id: id, status: lower, kind, name, infras, digest, batch_id, error } };
  }
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

/**
 * Whether a change of a plan is what its event says: a plan that needs no approval is `Planned` for a moment and does not wait,
 * and one that could not be planned again when it was executed is `Approved` as before.
 */
function isNews(event: WebhookEvent, { previous, required }: Record<string, unknown>): boolean {
  if (event === 'plan.awaiting_approval') return previous !== 'Planning' || required !== 0;
  return event !== 'plan.approved' || previous === 'Planned';
}
