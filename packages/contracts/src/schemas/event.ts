import Type, { type Static } from 'typebox';
import { closed, id, listOf, oneOf, openDetails, text, timestamp } from './basics.js';

export const EVENT_TYPES = [
  'TaskStatusChanged',
  'BatchOperationUpdate',
  'WorkflowProgressUpdate',
  'SystemHealthUpdate',
  'LogEntry',
] as const;
const eventType = oneOf(EVENT_TYPES, { title: 'EventType' });
export type EventType = (typeof EVENT_TYPES)[number];

/** What `/ws` sends. Statuses are in lower case here. */
export const eventSchema = closed(
  {
    id: Type.Optional(
      text(64, { description: 'Given back as `last_event_id`, a client misses nothing of the last hour' }),
    ),
    event_type: eventType,
    timestamp,
    data: openDetails('What happened; its members follow from `event_type`'),
    metadata: openDetails('What it is about: `task_id`, `batch_id`, `status`'),
  },
  { title: 'Event' },
);
export type Event = Static<typeof eventSchema>;

/** What a client of `/ws` may send to hear of less. */
export const subscribeMessageSchema = closed(
  {
    subscribe: closed({
      event_types: listOf(eventType, EVENT_TYPES.length, { uniqueItems: true }),
      task_id: Type.Optional(id),
      batch_id: Type.Optional(id),
    }),
  },
  { title: 'SubscribeMessage' },
);
export type SubscribeMessage = Static<typeof subscribeMessageSchema>;

export const wsTicketSchema = closed(
  { ticket: text(256, { description: 'Good once: `/ws?ticket=…`' }), expires_at: timestamp },
  { title: 'WsTicket' },
);
export type WsTicket = Static<typeof wsTicketSchema>;

export const WEBHOOK_EVENTS = [
  'task.completed',
  'task.failed',
  'task.cancelled',
  'batch.completed',
  'batch.failed',
  'batch.cancelled',
  'batch.rolled_back',
] as const;
export const webhookEvent = oneOf(WEBHOOK_EVENTS, { title: 'WebhookEvent' });
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** What can arrive at an endpoint: `ping` is sent by hand, to try it. */
export const deliveredEvent = oneOf([...WEBHOOK_EVENTS, 'ping'], { title: 'DeliveredEvent' });

/** What is posted to a webhook's endpoint. */
export const webhookPayloadSchema = closed(
  {
    event: deliveredEvent,
    timestamp,
    data: openDetails('`task_id` or `batch_id`, `status` in lower case, `output` or `error`'),
    signature: text(128, {
      pattern: '^sha256=',
      description:
        '`sha256=` and the HMAC-SHA256 in hex, keyed by the secret, of `{event,timestamp,data}` as JSON',
    }),
  },
  { title: 'WebhookPayload' },
);
export type WebhookPayload = Static<typeof webhookPayloadSchema>;
