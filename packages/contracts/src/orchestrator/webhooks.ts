import { operationsUnder } from '../operation.js';
import { byId, closed, id, listOf, sentence, uuid } from '../schemas/basics.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
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

export const listWebhooks = define({
  id: 'listWebhooks',
  method: 'get',
  path: '/webhooks',
  summary: 'List webhooks, those of the configuration included',
  permission: read,
  query: paged({}),
  success: { status: 200, data: listOf(webhookSchema, MAX_PAGE), list: after('id') },
  addition: true,
});

export const createWebhook = define({
  id: 'createWebhook',
  method: 'post',
  path: '/webhooks',
  summary: 'Create a webhook',
  description: 'Loopback, private and link-local targets are refused (422). The secret is shown this once.',
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

export const updateWebhook = define({
  id: 'updateWebhook',
  method: 'put',
  path: '/webhooks/{id}',
  summary: 'Update a webhook',
  description:
    'For its owner and admins. Members that are left out stay as they are. Another url needs a new secret (422). After a ' +
    'new secret the old one signs along for a day, where the url stays the same.',
  permission: update,
  params: byId,
  body: webhookChangeSchema,
  success: { status: 200, data: sentence, example: 'Webhook updated successfully' },
  errors: [404, 409],
  addition: true,
});

export const deleteWebhook = define({
  id: 'deleteWebhook',
  method: 'delete',
  path: '/webhooks/{id}',
  summary: 'Delete a webhook',
  description: 'For its owner and admins.',
  permission: { resource: 'webhooks:*', action: 'delete' },
  params: byId,
  success: { status: 200, data: sentence, example: 'Webhook deleted successfully' },
  errors: [404, 409],
  addition: true,
});

export const listWebhookDeliveries = define({
  id: 'listWebhookDeliveries',
  method: 'get',
  path: '/webhooks/{id}/deliveries',
  summary: 'List what was sent to a webhook',
  permission: read,
  params: byId,
  query: paged({}),
  success: { status: 200, data: listOf(deliverySchema, MAX_PAGE), list: after('id') },
  errors: [404],
  addition: true,
});

export const redeliverWebhook = define({
  id: 'redeliverWebhook',
  method: 'post',
  path: '/webhooks/{id}/deliveries/{delivery_id}/redeliver',
  summary: 'Send a delivery again',
  description:
    'For its owner and admins. With the same webhook-id, so that its receiver can tell that it is a repetition.',
  permission: execute,
  params: closed({ id: uuid, delivery_id: uuid }),
  idempotent: true,
  success: { status: 200, data: sentence, example: 'Delivery queued' },
  errors: [404, 409],
  addition: true,
});

export const testWebhook = define({
  id: 'testWebhook',
  method: 'post',
  path: '/webhooks/{id}/test',
  summary: 'Send a ping to a webhook',
  description: 'For its owner and admins. Answers with the id of the delivery.',
  permission: execute,
  params: byId,
  idempotent: true,
  success: { status: 200, data: id },
  errors: [404, 409],
  addition: true,
});
