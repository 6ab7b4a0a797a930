import Type, { type Static } from 'typebox';
import { closed, count, id, listOf, nullable, oneOf, text, timestamp } from './basics.js';
import { withDefault } from './default.js';
import { DELIVERY_STATES } from '../statuses.js';
import { WEBHOOK_EVENTS } from '../webhook-events.js';
import { deliveredEvent, webhookEvent } from './event.js';

const url = text(2048, {
  format: 'uri',
  pattern: '^https?://',
  description: 'Must use https; http only if private targets are allowed',
});
const events = listOf(webhookEvent, WEBHOOK_EVENTS.length, { minItems: 1, uniqueItems: true });
const description = text(255);
const secret = text(256, { minLength: 16, description: 'Key of the signature; generated if absent' });

/** Body of `POST /webhooks`. */
export const webhookRequestSchema = closed(
  {
    url,
    events,
    description: Type.Optional(description),
    secret: Type.Optional(secret),
    enabled: withDefault(Type.Boolean(), true),
  },
  { title: 'WebhookRequest' },
);
/** A value of {@link webhookRequestSchema}. */
export type WebhookRequest = Static<typeof webhookRequestSchema>;

/** Body of `PUT /webhooks/{id}`. */
export const webhookChangeSchema = closed(
  {
    url: Type.Optional(url),
    events: Type.Optional(events),
    description: Type.Optional(description),
    secret: Type.Optional(secret),
    enabled: Type.Optional(Type.Boolean()),
  },
  { title: 'WebhookChange', minProperties: 1 },
);
/** A value of {@link webhookChangeSchema}. */
export type WebhookChange = Static<typeof webhookChangeSchema>;

const members = {
  id,
  url: text(2048),
  events,
  description: nullable(description),
  enabled: Type.Boolean(),
  disabled_reason: nullable(
    text(1024, { description: 'Why the webhook was disabled: its endpoint returned 410 (Gone)' }),
  ),
  owner_id: nullable(id),
  owner: nullable(
    text(256, { description: 'The user who created it; null: only an administrator may change it' }),
  ),
  source: oneOf(['api', 'configuration'], {
    description: 'Webhooks of the configuration can be changed only there',
  }),
  created_at: timestamp,
};

/** Response of `GET /webhooks/{id}`. */
export const webhookSchema = closed(members, { title: 'Webhook' });
/** A value of {@link webhookSchema}. */
export type Webhook = Static<typeof webhookSchema>;

/** Response of `POST /webhooks`. */
export const webhookCreatedSchema = closed(
  { ...members, secret: text(256, { description: 'Shown only in this response' }) },
  { title: 'WebhookCreated' },
);
/** A value of {@link webhookCreatedSchema}. */
export type WebhookCreated = Static<typeof webhookCreatedSchema>;

/** An item of `GET /webhooks/{id}/deliveries`. */
export const deliverySchema = closed(
  {
    id,
    webhook_id: id,
    event: deliveredEvent,
    state: oneOf(DELIVERY_STATES),
    attempts: count,
    response_status: nullable(Type.Integer({ minimum: 100, maximum: 599 })),
    error: nullable(text(1024)),
    created_at: timestamp,
    last_attempt_at: nullable(timestamp),
    next_attempt_at: nullable(timestamp),
  },
  { title: 'WebhookDelivery' },
);
/** A value of {@link deliverySchema}. */
export type WebhookDelivery = Static<typeof deliverySchema>;
