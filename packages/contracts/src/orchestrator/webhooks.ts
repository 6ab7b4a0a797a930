import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { byId, closed, id, listOf, sentence, someOf, uuid } from '../schemas/basics.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import { deliveredEvent } from '../schemas/event.js';
import { DELIVERY_STATES } from '../statuses.js';
import {
  deliverySchema,
  webhookChangeSchema,
  webhookCreatedSchema,
  webhookRequestSchema,
  webhookSchema,
} from '../schemas/webhook.js';

const define = operationsUnder('orchestrator', 'Webhooks');
const read = { resource: 'webhooks:*', action: 'read' } as const;
const update = { resource: 'webhooks:*', action: 'update' } as const;
const execute = { resource: 'webhooks:*', action: 'execute' } as const;

/** `GET /webhooks` */
export const listWebhooks = define({
  id: 'listWebhooks',
  method: 'get',
  path: '/webhooks',
  summary: 'List webhooks, including those of the configuration',
  permission: read,
  query: paged({}),
  success: { status: 200, data: listOf(webhookSchema, MAX_PAGE), list: after('id') },
  addition: true,
});

/** `POST /webhooks` */
export const createWebhook = define({
  id: 'createWebhook',
  method: 'post',
  path: '/webhooks',
  summary: 'Create a webhook',
  description:
    'Loopback, private and link-local addresses are rejected (422). The secret is shown only in this response.',
  permission: { resource: 'webhooks:*', action: 'create' },
  body: webhookRequestSchema,
  idempotent: true,
  example: {
    url: 'https://your-system.com/webhook',
    events: ['task.completed', 'task.failed', 'batch.completed'],
  },
  success: { status: 201, data: webhookCreatedSchema, location: true },
  errors: [409],
  addition: true,
});

/** `GET /webhooks/{id}` */
export const getWebhook = define({
  id: 'getWebhook',
  method: 'get',
  path: '/webhooks/{id}',
  summary: 'Get a webhook',
  permission: read,
  params: byId,
  success: { status: 200, data: webhookSchema },
  errors: [404],
  addition: true,
});

/** `PUT /webhooks/{id}` */
export const updateWebhook = define({
  id: 'updateWebhook',
  method: 'put',
  path: '/webhooks/{id}',
  summary: 'Update a webhook',
  description:
    'Allowed for its owner and administrators. Omitted fields keep their value. A new url requires a new secret (422). If only the secret changes, deliveries carry signatures of both the old and the new secret for one day.',
  permission: update,
  params: byId,
  body: webhookChangeSchema,
  success: { status: 200, data: sentence, example: 'Webhook updated successfully' },
  errors: [404, 409],
  addition: true,
});

/** `DELETE /webhooks/{id}` */
export const deleteWebhook = define({
  id: 'deleteWebhook',
  method: 'delete',
  path: '/webhooks/{id}',
  summary: 'Delete a webhook',
  description: 'Allowed for its owner and administrators.',
  permission: { resource: 'webhooks:*', action: 'delete' },
  params: byId,
  success: { status: 200, data: sentence, example: 'Webhook deleted successfully' },
  errors: [404, 409],
  addition: true,
});

/** `GET /webhooks/{id}/deliveries` */
export const listWebhookDeliveries = define({
  id: 'listWebhookDeliveries',
  method: 'get',
  path: '/webhooks/{id}/deliveries',
  summary: 'List the deliveries of a webhook',
  permission: read,
  params: byId,
  query: paged({
    state: Type.Optional(
      someOf(DELIVERY_STATES, 'Only deliveries in one of these states, separated by commas'),
    ),
    event: Type.Optional(deliveredEvent),
  }),
  success: { status: 200, data: listOf(deliverySchema, MAX_PAGE), list: after('id') },
  errors: [404],
  addition: true,
});

/** `POST /webhooks/{id}/deliveries/{delivery_id}/redeliver` */
export const redeliverWebhook = define({
  id: 'redeliverWebhook',
  method: 'post',
  path: '/webhooks/{id}/deliveries/{delivery_id}/redeliver',
  summary: 'Redeliver an event',
  description:
    'Allowed for its owner and administrators. The delivery keeps its `webhook-id`, so that the receiver can detect the repetition.',
  permission: execute,
  params: closed({ id: uuid, delivery_id: uuid }),
  idempotent: true,
  success: { status: 200, data: sentence, example: 'Delivery queued' },
  errors: [404, 409],
  addition: true,
});

/** `POST /webhooks/{id}/test` */
export const testWebhook = define({
  id: 'testWebhook',
  method: 'post',
  path: '/webhooks/{id}/test',
  summary: 'Send a ping event to a webhook',
  description: 'Allowed for its owner and administrators. Returns the id of the delivery.',
  permission: execute,
  params: byId,
  idempotent: true,
  success: { status: 200, data: id },
  errors: [404, 409],
  addition: true,
});
