import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { live, readiness, readinessQuery, versionSchema } from '../schemas/health.js';

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
  method: 'get',
  path: '/version',
  summary: 'Show the version of the service',
  permission: 'self',
  success: {
    status: 200,
    data: versionSchema,
    example: {
      version: '0.2.0',
      commit: '9fceb02d0ae598e95dc970b74767f19372d61af8',
      node: '22.11.0',
      schema: '20261130T1600_claim_by_runner',
      mode: 'production',
    },
  },
  errors: [503],
  addition: true,
});
