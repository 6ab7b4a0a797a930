import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  redeliverWebhook,
  testWebhook,
  updateWebhook,
} from '@provisioning/contracts';
import { on, page, reply, type Binding } from '@provisioning/http-kit';
import type { WebhookService } from '../domain/webhook/webhook-service.js';
import { presentDelivery, presentWebhook } from './present/webhook.js';
import { actorOf } from './submitter.js';

export function webhookRoutes(webhooks: WebhookService): Binding[] {
  return [
    on(listWebhooks)(async ({ query }) => {
      const found = await webhooks.list(query);
      return page(found.webhooks.map(presentWebhook), found.total);
    }),
    on(createWebhook)(async (request) => {
      const { url, events, description = null, secret, enabled } = request.body;
      const created = await webhooks.create(
        { url, events, description, secret, enabled },
        request.idempotency,
        actorOf(request),
      );
      const { webhook, replayed } = created;
      return reply(
        { ...presentWebhook(webhook), secret: created.secret },
        { location: `/webhooks/${webhook.id}`, replayed },
      );
    }),
    on(getWebhook)(async ({ params }) => reply(presentWebhook(await webhooks.get(params.id)))),
    on(updateWebhook)(async (request) => {
      await webhooks.update(request.params.id, request.body, actorOf(request));
      return reply('Webhook updated successfully');
    }),
    on(deleteWebhook)(async (request) => {
      await webhooks.remove(request.params.id, actorOf(request));
      return reply('Webhook deleted successfully');
    }),
    on(listWebhookDeliveries)(async ({ params, query }) => {
      const found = await webhooks.deliveries(params.id, query);
      return page(found.deliveries.map(presentDelivery), found.total);
    }),
    on(redeliverWebhook)(async (request) => {
      const { id, delivery_id: deliveryId } = request.params;
      const { replayed } = await webhooks.redeliver(id, deliveryId, request.idempotency, actorOf(request));
      return reply('Delivery queued', { replayed });
    }),
    on(testWebhook)(async (request) => {
      const { deliveryId, replayed } = await webhooks.ping(
        request.params.id,
        request.idempotency,
        actorOf(request),
      );
      return reply(deliveryId, { replayed });
    }),
  ];
}
