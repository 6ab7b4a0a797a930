import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { wsTicketSchema } from '../schemas/event.js';
import { live, readiness, readinessQuery, version } from '../schemas/health.js';

const define = operationsUnder('orchestrator', 'System');

/** `GET /health` */
export const orchestratorHealth = define({
  id: 'orchestratorHealth',
  method: 'get',
  path: '/health',
  summary: 'Check orchestrator health status',
  permission: 'public',
  rateClass: 'none',
  success: {
    status: 200,
    data: Type.Literal('Orchestrator is healthy'),
    example: 'Orchestrator is healthy',
  },
});

/** `GET /livez` */
export const orchestratorLive = define({
  id: 'orchestratorLive',
  method: 'get',
  path: '/livez',
  summary: 'Check that the process is alive',
  permission: 'public',
  rateClass: 'none',
  success: { status: 200, data: live, example: 'alive' },
  addition: true,
});

/** `GET /readyz` */
export const orchestratorReady = define({
  id: 'orchestratorReady',
  method: 'get',
  path: '/readyz',
  summary: 'Check that the process is ready to serve requests',
  permission: 'public',
  rateClass: 'none',
  query: readinessQuery,
  success: { status: 200, data: readiness, example: 'ready' },
  errors: [503],
  addition: true,
});

/** `GET /version` */
export const orchestratorVersion = define({
  id: 'orchestratorVersion',
  ...version,
});

/** `POST /ws/ticket` */
export const createWsTicket = define({
  id: 'createWsTicket',
  method: 'post',
  path: '/ws/ticket',
  summary: 'Create a ticket that opens one WebSocket connection',
  description: 'Valid for one connection within 30 s. A ticket keeps the token out of URLs.',
  permission: { resource: 'events:*', action: 'read' },
  success: { status: 200, data: wsTicketSchema },
  addition: true,
});
