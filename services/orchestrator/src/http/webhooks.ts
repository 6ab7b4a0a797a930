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
import { on, page, principalOf, reply, type Binding, type HandlerRequest } from '@provisioning/http-kit';
import type { WebhookService } from '../domain/webhook/webhook-service.js';
import { presentDelivery, presentWebhook } from './present/webhook.js';
import type { Caller } from '../domain/webhook/webhook.js';
import { actorOf } from './submitter.js';

/** The routes of `/webhooks`. */
export function webhookRoutes(webhooks: WebhookService): Binding[] {
  return [
    on(listWebhooks)(async ({ query }) => {
      const found = await webhooks.list(query);
      return page(found.webhooks.map(presentWebhook), found.total);
    }),
    on(createWebhook)(async (request) => {
      const { url, events, description = null, secret, enabled } = request.body;
      const created = await webhooks.create(
        { url, events, description, secret, enabled, ownerRoles: tokenRolesOf(request) },
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
      await webhooks.update(request.params.id, request.body, callerOf(request));
      return reply('Webhook updated successfully');
    }),
    on(deleteWebhook)(async (request) => {
      await webhooks.remove(request.params.id, callerOf(request));
      return reply('Webhook deleted successfully');
    }),
    on(listWebhookDeliveries)(async ({ params, query: { state, event, ...position } }) => {
      const found = await webhooks.deliveries(params.id, { ...position, event, states: state?.split(',') });
      return page(found.deliveries.map(presentDelivery), found.total);
    }),
    on(redeliverWebhook)(async (request) => {
      const { id, delivery_id: deliveryId } = request.params;
      const { replayed } = await webhooks.redeliver(id, deliveryId, request.idempotency, callerOf(request));
      return reply('Delivery queued', { replayed });
    }),
    on(testWebhook)(async (request) => {
      const { deliveryId, replayed } = await webhooks.ping(
        request.params.id,
        request.idempotency,
        callerOf(request),
      );
      return reply(deliveryId, { replayed });
    }),
  ];
}

/** The role that the control center allows everything (its built-in `admin_access_policy`). */
const ADMIN_ROLE = 'admin';

function callerOf(request: Pick<HandlerRequest<never>, 'principal' | 'requestId' | 'ip'>): Caller {
  return {
    actor: actorOf(request),
    isAdmin: principalOf(request).roles.includes(ADMIN_ROLE),
    tokenRoles: tokenRolesOf(request),
  };
}

/** A webhook that was made with an API token sends only what the token may read. */
function tokenRolesOf(request: Pick<HandlerRequest<never>, 'principal'>): string[] | null {
  const { sessionId, roles } = principalOf(request);
  return sessionId === null ? [...roles] : null;
}
