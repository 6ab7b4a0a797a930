import Type, { type Static } from 'typebox';
import { closed, id, listOf, oneOf, openDetails, text, timestamp, uuid } from './basics.js';

export const EVENT_TYPES = [
  'TaskStatusChanged',
  'BatchOperationUpdate',
  'WorkflowProgressUpdate',
  'SystemHealthUpdate',
  'LogEntry',
] as const;
const eventType = oneOf(EVENT_TYPES, { title: 'EventType' });
export type EventType = (typeof EVENT_TYPES)[number];

/** What `/ws` and `/events` send. Statuses are in lower case here. */
export const eventSchema = closed(
  {
    id: Type.Optional(
      text(64, {
        description:
          'Its place in the one order of all events. Given back as `last_event_id`, a client misses nothing of the last hour',
      }),
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

const lastEventId = text(20, {
  pattern: '^[0-9]{1,16}$',
  description: 'The last event that was seen: those since are sent first, as far as the last hour has them',
});

/** What one who follows events may ask for in the query, of `/ws` and `/events` alike. */
export const followEventsQuery = closed({
  last_event_id: Type.Optional(lastEventId),
  event_types: Type.Optional(
    text(200, {
      pattern: `^(${EVENT_TYPES.join('|')})(,(${EVENT_TYPES.join('|')}))*$`,
      description: 'Only these, divided by commas; all of them where it is absent',
    }),
  ),
  task_id: Type.Optional(uuid),
  batch_id: Type.Optional(uuid),
});

/** The same of `/ws`, which browsers cannot give a header. */
export const webSocketQuery = closed({
  ...followEventsQuery.properties,
  token: Type.Optional(text(8192, { description: 'The token, where it is not in the Authorization header' })),
  ticket: Type.Optional(text(256, { description: 'Of `POST /ws/ticket`, in place of the token' })),
});

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
