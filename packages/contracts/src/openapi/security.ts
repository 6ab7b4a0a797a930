import type { Service } from '../operation.js';
import type { Json } from './schema-components.js';

/** `components.securitySchemes` */
export function securitySchemesOf(service: Service): Json {
  return {
    bearerAuth: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'The token of `POST /auth/login` at the control center, or an API token.',
    },
    metricsToken: { type: 'http', scheme: 'bearer', description: 'What METRICS_TOKEN is set to.' },
    ...(service === 'orchestrator'
      ? {
          webSocketToken: { type: 'apiKey', in: 'query', name: 'token', description: 'The JWT.' },
          webSocketTicket: {
            type: 'apiKey',
            in: 'query',
            name: 'ticket',
            description: 'The ticket of `POST /ws/ticket`: good once, for 30 s.',
          },
        }
      : {}),
  };
}
