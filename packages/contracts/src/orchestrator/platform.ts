import { operationsUnder } from '../operation.js';
import { byId, closed, listOf, name } from '../schemas/basics.js';
import { after, afterParameter, MAX_PAGE, pagedBy } from '../schemas/paging.js';
import {
  definitionSchema,
  infraSchema,
  infraSummarySchema,
  lockSchema,
  providerSchema,
  resourceParams,
  summarySchema,
  workerSchema,
} from '../schemas/platform.js';
import { resourceSchema } from '../schemas/resource.js';

const define = operationsUnder('orchestrator', 'State');
const permission = { resource: 'state:*', action: 'read' } as const;

/** `GET /infras` */
export const listInfras = define({
  id: 'listInfras',
  method: 'get',
  path: '/infras',
  summary: 'List the infras of the workspace and of the inventory',
  permission,
  query: pagedBy({ after: afterParameter(name, 'name') }),
  success: { status: 200, data: listOf(infraSummarySchema, MAX_PAGE), list: after('name') },
  addition: true,
});

/** `GET /infras/{infra}` */
export const getInfra = define({
  id: 'getInfra',
  method: 'get',
  path: '/infras/{infra}',
  summary: 'Get an infra with its settings files and its lock',
  permission,
  params: closed({ infra: name }),
  success: { status: 200, data: infraSchema },
  errors: [404],
  addition: true,
});

/** `GET /definitions` */
export const listDefinitions = define({
  id: 'listDefinitions',
  method: 'get',
  path: '/definitions',
  summary: 'List the task services and cluster types that the workspace defines',
  permission,
  success: { status: 200, data: listOf(definitionSchema, MAX_PAGE) },
  addition: true,
});

/** `GET /providers` */
export const listProviders = define({
  id: 'listProviders',
  method: 'get',
  path: '/providers',
  summary: 'List the providers and what configures them',
  permission,
  success: { status: 200, data: listOf(providerSchema, 100) },
  addition: true,
});

/** `GET /workers` */
export const listWorkers = define({
  id: 'listWorkers',
  method: 'get',
  path: '/workers',
  summary: 'List the workers',
  permission,
  success: { status: 200, data: listOf(workerSchema, MAX_PAGE) },
  addition: true,
});

/** `POST /workers/{id}/drain` */
export const drainWorker = define({
  id: 'drainWorker',
  method: 'post',
  path: '/workers/{id}/drain',
  summary: 'Have a worker claim nothing more',
  description:
    'Its running tasks continue. A worker that drains and has `running` 0 can be stopped without any loss of time. The drain ' +
    'ends with the worker: when it is started again, it claims work. Repeating the request changes nothing.',
  permission: { resource: 'state:*', action: 'update' },
  params: byId,
  success: { status: 200, data: workerSchema },
  errors: [404],
  addition: true,
});

/** `GET /state/locks` */
export const listLocks = define({
  id: 'listLocks',
  method: 'get',
  path: '/state/locks',
  summary: 'List the locks of infras with their holders and queues',
  permission,
  query: pagedBy({ after: afterParameter(name, 'infra') }),
  success: { status: 200, data: listOf(lockSchema, MAX_PAGE), list: after('infra') },
  addition: true,
});

/** `GET /state/summary` */
export const summary = define({
  id: 'summary',
  method: 'get',
  path: '/state/summary',
  summary: 'Get the numbers of open work, and why it waits',
  permission,
  success: { status: 200, data: summarySchema },
  addition: true,
});

/** `GET /state/inventory/{infra}/{kind}/{name}` */
export const getResource = define({
  id: 'getResource',
  method: 'get',
  path: '/state/inventory/{infra}/{kind}/{name}',
  summary: 'Get a resource of the inventory',
  permission,
  params: resourceParams,
  success: { status: 200, data: resourceSchema },
  errors: [404],
  addition: true,
});
