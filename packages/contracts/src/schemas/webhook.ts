import Type, { type Static } from 'typebox';
import { closed, count, id, listOf, nullable, oneOf, text, timestamp } from './basics.js';
import { withDefault } from './default.js';
import { deliveredEvent, WEBHOOK_EVENTS, webhookEvent } from './event.js';

const url = text(2048, {
  format: 'uri',
  pattern: '^https?://',
  description: 'https; http only where private targets are allowed',
});
const events = listOf(webhookEvent, WEBHOOK_EVENTS.length, { minItems: 1, uniqueItems: true });
const description = text(255);
const secret = text(256, { minLength: 16, description: 'Keys the signature; made for you where absent' });

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
export type WebhookRequest = Static<typeof webhookRequestSchema>;

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
export type WebhookChange = Static<typeof webhookChangeSchema>;

const members = {
  id,
  url: text(2048),
  events,
  description: nullable(description),
  enabled: Type.Boolean(),
  disabled_reason: nullable(
    text(1024, { description: 'Why it was disabled, where its endpoint said that it is gone' }),
  ),
  owner_id: nullable(id),
  owner: nullable(text(256, { description: 'The user who made it; null: only an admin may change it' })),
  source: oneOf(['api', 'configuration'], {
    description: 'Those of the configuration file are changed there only',
  }),
  created_at: timestamp,
};

export const webhookSchema = closed(members, { title: 'Webhook' });
export type Webhook = Static<typeof webhookSchema>;

export const webhookCreatedSchema = closed(
  { ...members, secret: text(256, { description: 'Shown this once' }) },
  { title: 'WebhookCreated' },
);
export type WebhookCreated = Static<typeof webhookCreatedSchema>;

export const deliverySchema = closed(
  {
    id,
    webhook_id: id,
    event: deliveredEvent,
    state: oneOf(['pending', 'delivered', 'failed']),
    attempts: count,
    response_status: nullable(Type.Integer({ minimum: 100, maximum: 599 })),
    error: nullable(text(1024)),
    created_at: timestamp,
    last_attempt_at: nullable(timestamp),
    next_attempt_at: nullable(timestamp),
  },
  { title: 'WebhookDelivery' },
);
export type WebhookDelivery = Static<typeof deliverySchema>;
