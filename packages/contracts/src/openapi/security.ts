import type { Service } from '../operation.js';
import type { Json } from './schema-components.js';

/** `components.securitySchemes` of a service. */
export function securitySchemesOf(service: Service): Json {
  return {
    bearerAuth: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'The token returned by `POST /auth/login` of the control center, or an API token.',
    },
    metricsToken: { type: 'http', scheme: 'bearer', description: 'The value of METRICS_TOKEN.' },
    ...(service === 'orchestrator'
      ? {
          webSocketToken: { type: 'apiKey', in: 'query', name: 'token', description: 'The JWT.' },
          webSocketTicket: {
            type: 'apiKey',
            in: 'query',
            name: 'ticket',
            description: 'A ticket of `POST /ws/ticket`, valid for one connection within 30 s.',
          },
        }
      : {}),
  };
}
