import type { TSchema } from 'typebox';
import { EVENT_EXAMPLE, METRICS_EXAMPLE, PAYLOAD_EXAMPLE } from '../document-examples.js';
import type { Service } from '../operation.js';
import { eventSchema, followEventsQuery, webhookPayloadSchema } from '../schemas/event.js';
import { errorReferences } from './error-responses.js';
import type { Json, SchemaComponents } from './schema-components.js';

const unlimited = { 'x-permission': 'public', 'x-rate-class': 'none' };

/** Statuses that the paths here refer to. */
export const STATUSES_BESIDE = [400, 401, 403, 429, 500, 503];

/** Paths that are no JSON operations. */
export function pathsBeside(service: Service, components: SchemaComponents): Json {
  const metrics = { '/metrics': { get: metricsPath(service) } };
  return service === 'orchestrator' ? { ...metrics, '/ws': { get: webSocketPath(components) } } : metrics;
}

function metricsPath(service: Service): Json {
  return {
    operationId: 'getMetrics',
    tags: ['System'],
    summary: 'Prometheus-compatible metrics endpoint',
    description: 'Open, unless METRICS_TOKEN is set: then that is the bearer token it asks for.',
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
      'Each message is an `Event`; a client that sends `{"subscribe": {"event_types": ["TaskStatusChanged"], "task_id": "…", "batch_id": "…"}}` hears of that alone (the ids are optional), and is answered `{"subscribed": …}`; a message that is not that is answered with an error as of any operation. The token comes in the Authorization header, as `token`, or, best for browsers, as the `ticket` of `POST /ws/ticket`. Closes with 4401 when the token ends or is revoked, 4429 when its user has ten connections, 1013 when the client cannot keep up, 1012 when the service stops.',
    security: [{ bearerAuth: [] }, { webSocketToken: [] }, { webSocketTicket: [] }],
    parameters: Object.entries<TSchema>(followEventsQuery.properties).map(([name, schema]) => ({
      name,
      in: 'query',
      schema,
    })),
    responses: {
      101: { description: 'The connection is open' },
      default: {
        description: 'An event, as each message of the open connection carries one',
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

/** What we send to others. */
export function webhooksOf(service: Service, components: SchemaComponents): Json {
  if (service !== 'orchestrator') return {};
  return {
    webhooks: {
      event: {
        post: {
          operationId: 'receiveWebhook',
          tags: ['Webhooks'],
          summary: 'What is posted to the endpoint of a webhook',
          description:
            'At least once, repeated with growing pauses for 24 h until the endpoint answers 2xx. The headers of Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) come along.',
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
            '4XX': { description: 'Anything else is tried again later' },
          },
        },
      },
    },
  };
}
