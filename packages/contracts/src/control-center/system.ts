import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { live, readiness, readinessQuery, version } from '../schemas/health.js';

const define = operationsUnder('control-center', 'System');

/** `GET /health` */
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

/** `GET /livez` */
export const controlCenterLive = define({
  id: 'controlCenterLive',
  method: 'get',
  path: '/livez',
  summary: 'Check that the process is alive',
  permission: 'public',
  rateClass: 'none',
  success: { status: 200, data: live, example: 'alive' },
  addition: true,
});

/** `GET /readyz` */
export const controlCenterReady = define({
  id: 'controlCenterReady',
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
export const controlCenterVersion = define({
  id: 'controlCenterVersion',
  ...version,
});
