import type { TSchema } from 'typebox';
import { EVENT_EXAMPLE, METRICS_EXAMPLE, PAYLOAD_EXAMPLE } from '../document-examples.js';
import type { Service } from '../operation.js';
import { eventSchema, followEventsQuery, webhookPayloadSchema } from '../schemas/event.js';
import { errorReferences } from './error-responses.js';
import type { Json, SchemaComponents } from './schema-components.js';

const unlimited = { 'x-permission': 'public', 'x-rate-class': 'none' };

/** Error statuses of the paths in this file. */
export const STATUSES_BESIDE = [400, 401, 403, 429, 500, 503];

/** The paths that are not JSON operations: `/metrics` and, for the orchestrator, `/ws`. */
export function pathsBeside(service: Service, components: SchemaComponents): Json {
  const metrics = { '/metrics': { get: metricsPath(service) } };
  return service === 'orchestrator' ? { ...metrics, '/ws': { get: webSocketPath(components) } } : metrics;
}

function metricsPath(service: Service): Json {
  return {
    operationId: 'getMetrics',
    tags: ['System'],
    summary: 'Prometheus-compatible metrics endpoint',
    description: 'Public unless METRICS_TOKEN is set; then it requires that bearer token.',
    security: [{}, { metricsToken: [] }],
    responses: {
      200: {
        description: 'Successful request',
        content: {
          'text/plain': {
            schema: { type: 'string' },
            ...(service === 'orchestrator' ? { example: METRICS_EXAMPLE } : {}),
          },
        },
      },
      ...errorReferences([400, 401, 500]),
    },
    ...unlimited,
  };
}

function webSocketPath(components: SchemaComponents): Json {
  return {
    operationId: 'connectWebSocket',
    tags: ['Events'],
    summary: 'Real-time event streaming via WebSocket connection',
    description:
      'Each message is an `Event`. A client filters events by sending `{"subscribe": {"event_types": ["TaskStatusChanged"], "task_id": "…", "batch_id": "…"}}` (the ids are optional); the server responds with `{"subscribed": …}`. Any other message is answered with an error envelope. Authenticate with the Authorization header, with the query parameter `token` or, recommended for browsers, with a `ticket` of `POST /ws/ticket`. The connection closes with 4401 when the token expires or is revoked, 4429 when the user already has ten connections, 1013 when the client is too slow, and 1012 when the service stops.',
    security: [{ bearerAuth: [] }, { webSocketToken: [] }, { webSocketTicket: [] }],
    parameters: Object.entries<TSchema>(followEventsQuery.properties).map(([name, schema]) => ({
      name,
      in: 'query',
      schema,
    })),
    responses: {
      101: { description: 'Switching protocols: the connection is open' },
      default: {
        description: 'The content of one message of the open connection',
        content: {
          'application/json': { schema: components.place(eventSchema), example: EVENT_EXAMPLE },
        },
      },
      ...errorReferences([400, 401, 403, 429, 503]),
    },
    'x-permission': { resource: 'events:*', action: 'read' },
    'x-rate-class': 'general',
  };
}

/** The webhook requests that the orchestrator sends. */
export function webhooksOf(service: Service, components: SchemaComponents): Json {
  if (service !== 'orchestrator') return {};
  return {
    webhooks: {
      event: {
        post: {
          operationId: 'receiveWebhook',
          tags: ['Webhooks'],
          summary: 'Receive an event at a webhook endpoint',
          description:
            'Delivered at least once: retried with exponential backoff for up to 24 h until the endpoint returns 2xx. Includes the headers of Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`).',
          security: [],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: components.place(webhookPayloadSchema),
                example: PAYLOAD_EXAMPLE,
              },
            },
          },
          responses: {
            '2XX': { description: 'Received' },
            '4XX': { description: 'Any other status is retried later' },
          },
        },
      },
    },
  };
}
