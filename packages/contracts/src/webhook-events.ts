// Kept apart from the schemas: a program that needs only these words does not load the schema library.

/** The events that a webhook can subscribe to. */
export const WEBHOOK_EVENTS = [
  'task.completed',
  'task.failed',
  'task.cancelled',
  'batch.completed',
  'batch.failed',
  'batch.cancelled',
  'batch.rolled_back',
  'plan.awaiting_approval',
  'plan.approved',
  'plan.rejected',
  'plan.stale',
  'plan.executed',
] as const;
/** One of {@link WEBHOOK_EVENTS}. */
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
