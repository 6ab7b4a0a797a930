import type { Webhook as WireWebhook, WebhookDelivery as WireDelivery } from '@provisioning/contracts';
import type { Delivery, Webhook } from '../../domain/webhook/webhook.js';

/** A webhook without its secret. */
export function presentWebhook(webhook: Webhook): WireWebhook {
  const { id, url, events, description, enabled, disabledReason, owner, source, createdAt } = webhook;
  return {
    id,
    url,
    description,
    enabled,
    source,
    disabled_reason: disabledReason,
    owner_id: owner?.id ?? null,
    owner: owner?.username ?? null,
    // Safe cast: the contract or the configuration admitted only these events.
    events: events as WireWebhook['events'],
    created_at: createdAt.toISOString(),
  };
}

/** A delivery with its attempts. */
export function presentDelivery(delivery: Delivery): WireDelivery {
  const { id, webhookId, event, state, attempts, responseStatus, error } = delivery;
  return {
    id,
    webhook_id: webhookId,
    state,
    attempts,
    error,
    // Safe cast: the contract or the configuration admitted only these events.
    event: event as WireDelivery['event'],
    response_status: responseStatus,
    created_at: delivery.createdAt.toISOString(),
    last_attempt_at: delivery.lastAttemptAt?.toISOString() ?? null,
    next_attempt_at: delivery.nextAttemptAt?.toISOString() ?? null,
  };
}
