import Type, { type Static } from 'typebox';
import { WEBHOOK_EVENTS } from '../webhook-events.js';
import { closed, id, listOf, oneOf, openDetails, text, timestamp, uuid, someOf } from './basics.js';

/** The types of events. */
export const EVENT_TYPES = [
  'TaskStatusChanged',
  'BatchOperationUpdate',
  'WorkflowProgressUpdate',
  'SystemHealthUpdate',
  'LogEntry',
  'PlanStatusChanged',
] as const;
const eventType = oneOf(EVENT_TYPES, { title: 'EventType' });
/** One of {@link EVENT_TYPES}. */
export type EventType = (typeof EVENT_TYPES)[number];

/** An event of `/ws` and `/events`. Statuses in events are in lower case. */
export const eventSchema = closed(
  {
    id: Type.Optional(
      text(64, {
        description:
          'Position in the total order of events. Sent as `last_event_id`, it lets a client resume without missing an event of the last hour',
      }),
    ),
    event_type: eventType,
    timestamp,
    data: openDetails('What happened; the fields depend on `event_type`'),
    metadata: openDetails('The subject: `task_id`, `batch_id` or `plan_id`, and `status`'),
  },
  { title: 'Event' },
);
/** A value of {@link eventSchema}. */
export type Event = Static<typeof eventSchema>;

/** The message by which a client of `/ws` filters its events. */
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
/** A value of {@link subscribeMessageSchema}. */
export type SubscribeMessage = Static<typeof subscribeMessageSchema>;

const lastEventId = text(20, {
  pattern: '^[0-9]{1,16}$',
  description:
    'The id of the last event that was received; the events after it, of the last hour, are sent first',
});

/** The query parameters of `/ws` and `/events`. */
export const followEventsQuery = closed({
  last_event_id: Type.Optional(lastEventId),
  event_types: Type.Optional(someOf(EVENT_TYPES, 'Only these types, separated by commas; default: all')),
  task_id: Type.Optional(uuid),
  batch_id: Type.Optional(uuid),
});

/** The query parameters of `/ws`, including credentials, since browsers cannot send headers with a WebSocket. */
export const webSocketQuery = closed({
  ...followEventsQuery.properties,
  token: Type.Optional(text(8192, { description: 'The token, if there is no Authorization header' })),
  ticket: Type.Optional(text(256, { description: 'A ticket of `POST /ws/ticket`, instead of the token' })),
});

/** Response of `POST /ws/ticket`. */
export const wsTicketSchema = closed(
  { ticket: text(256, { description: 'Valid for one connection: `/ws?ticket=…`' }), expires_at: timestamp },
  { title: 'WsTicket' },
);
/** A value of {@link wsTicketSchema}. */
export type WsTicket = Static<typeof wsTicketSchema>;

/** One of {@link WEBHOOK_EVENTS}. */
export const webhookEvent = oneOf(WEBHOOK_EVENTS, { title: 'WebhookEvent' });
/** An event as an endpoint receives it; `ping` is sent by `POST /webhooks/{id}/test`. */
export const deliveredEvent = oneOf([...WEBHOOK_EVENTS, 'ping'], { title: 'DeliveredEvent' });

/** The body of a request to a webhook endpoint. */
export const webhookPayloadSchema = closed(
  {
    event: deliveredEvent,
    timestamp,
    data: openDetails('`task_id`, `batch_id` or `plan_id`, `status` in lower case, `output` or `error`'),
    signature: text(128, {
      pattern: '^sha256=',
      description:
        '`sha256=` followed by the hexadecimal HMAC-SHA256 of the JSON text `{event,timestamp,data}`, keyed with the secret',
    }),
  },
  { title: 'WebhookPayload' },
);
/** A value of {@link webhookPayloadSchema}. */
export type WebhookPayload = Static<typeof webhookPayloadSchema>;
