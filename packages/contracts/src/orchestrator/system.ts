import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { wsTicketSchema } from '../schemas/event.js';
import { live, readiness, readinessQuery } from '../schemas/health.js';

const define = operationsUnder('orchestrator', 'System');

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

export const orchestratorLive = define({
  id: 'orchestratorLive',
  method: 'get',
  path: '/livez',
  summary: 'Whether the process lives',
  permission: 'public',
  rateClass: 'none',
  success: { status: 200, data: live, example: 'alive' },
  addition: true,
});

export const orchestratorReady = define({
  id: 'orchestratorReady',
  method: 'get',
  path: '/readyz',
  summary: 'Whether the process has all it needs to serve',
  permission: 'public',
  rateClass: 'none',
  query: readinessQuery,
  success: { status: 200, data: readiness, example: 'ready' },
  errors: [503],
  addition: true,
});

export const createWsTicket = define({
  id: 'createWsTicket',
  method: 'post',
  path: '/ws/ticket',
  summary: 'Get a ticket to open one WebSocket connection with',
  description: 'Good once, for 30 s: keeps the token out of URLs.',
  permission: { resource: 'events:*', action: 'read' },
  success: { status: 200, data: wsTicketSchema },
  addition: true,
});
