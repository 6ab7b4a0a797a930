import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { live, readiness, readinessQuery } from '../schemas/health.js';

const define = operationsUnder('control-center', 'System');

export const controlCenterHealth = define({
  id: 'controlCenterHealth',
  method: 'get',
  path: '/health',
  summary: 'Check control center health status',
  permission: 'public',
  rateClass: 'none',
  success: {
    status: 200,
    data: Type.Literal('Control Center is healthy'),
    example: 'Control Center is healthy',
  },
  addition: true,
});

export const controlCenterLive = define({
  id: 'controlCenterLive',
  method: 'get',
  path: '/livez',
  summary: 'Whether the process lives',
  permission: 'public',
  rateClass: 'none',
  success: { status: 200, data: live, example: 'alive' },
  addition: true,
});

export const controlCenterReady = define({
  id: 'controlCenterReady',
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
