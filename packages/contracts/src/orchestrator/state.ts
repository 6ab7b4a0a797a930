import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { byId, closed, listOf, name, oneOf, someOf, text, uuid } from '../schemas/basics.js';
import { withDefault } from '../schemas/default.js';
import { after, afterNumber, afterParameter, MAX_PAGE, paged, pagedBy } from '../schemas/paging.js';
import { from, to } from '../schemas/period.js';
import { JOURNAL_STATES, SERIES_RANGES } from '../statuses.js';
import { resourceId, resourceKind, resourceSchema } from '../schemas/resource.js';
import {
  driftSchema,
  journalEntrySchema,
  snapshotSchema,
  stateStatisticsSchema,
  systemHealthSchema,
  systemMetricsSchema,
  systemSeriesSchema,
  workflowProgressSchema,
} from '../schemas/state.js';

const define = operationsUnder('orchestrator', 'State');
const permission = { resource: 'state:*', action: 'read' } as const;

/** `GET /state/workflows/{id}/progress` */
export const getWorkflowProgress = define({
  id: 'getWorkflowProgress',
  method: 'get',
  path: '/state/workflows/{id}/progress',
  summary: 'Get real-time workflow progress',
  description: '`id` is a task or a batch.',
  permission,
  params: byId,
  success: {
    status: 200,
    data: workflowProgressSchema,
    example: {
      workflow_id: 'uuid-string',
      progress: 75.5,
      current_step: 'Installing Kubernetes',
      total_steps: 8,
      completed_steps: 6,
      estimated_time_remaining: 180,
    },
  },
  errors: [404],
});

/** `GET /state/workflows/{id}/snapshots` */
export const listWorkflowSnapshots = define({
  id: 'listWorkflowSnapshots',
  method: 'get',
  path: '/state/workflows/{id}/snapshots',
  summary: 'Get workflow state snapshots',
  description: '`id` is a task or a batch. There is one snapshot for each status change.',
  permission,
  params: byId,
  query: paged({}, 'snapshot_id'),
  success: {
    status: 200,
    data: listOf(snapshotSchema, MAX_PAGE),
    list: after('snapshot_id'),
    example: [
      {
        snapshot_id: 'uuid-string',
        timestamp: '2025-09-26T10:00:00Z',
        state: 'running',
        details: { attempt: 1, current_step: 'Installing Kubernetes' },
      },
    ],
  },
  errors: [404],
});

/** `GET /state/system/metrics` */
export const getSystemMetrics = define({
  id: 'getSystemMetrics',
  method: 'get',
  path: '/state/system/metrics',
  summary: 'Get system-wide metrics',
  permission,
  success: {
    status: 200,
    data: systemMetricsSchema,
    example: {
      total_workflows: 150,
      active_workflows: 5,
      completed_workflows: 140,
      failed_workflows: 5,
      system_load: { cpu_usage: 45.2, memory_usage: 2048, disk_usage: 75.5 },
    },
  },
});

/** `GET /state/system/series` */
export const getSystemSeries = define({
  id: 'getSystemSeries',
  method: 'get',
  path: '/state/system/series',
  summary: 'Get the numbers of tasks over time',
  description:
    'Tasks that the caller may read: how many were submitted, started and ended in each step, how many waited at its end, and how long those that completed or failed took. A task that was submitted more than a day before the period and ended in it is not counted. Reads the newest 100,000 tasks at most.',
  permission,
  query: closed({ range: withDefault(oneOf(SERIES_RANGES), '24h') }),
  success: {
    status: 200,
    data: systemSeriesSchema,
    example: {
      step_seconds: 900,
      points: [
        {
          at: '2025-09-26T10:00:00Z',
          submitted: 12,
          started: 11,
          completed: 9,
          failed: 1,
          cancelled: 0,
          waiting: 3,
          duration_p50: 4.2,
          duration_p95: 31,
        },
      ],
      complete: true,
    },
  },
  addition: true,
});

/** `GET /state/system/health` */
export const getSystemHealth = define({
  id: 'getSystemHealth',
  method: 'get',
  path: '/state/system/health',
  summary: 'Get system health status',
  permission,
  success: {
    status: 200,
    data: systemHealthSchema,
    example: {
      overall_status: 'Healthy',
      components: { storage: 'Healthy', batch_coordinator: 'Healthy', monitoring: 'Healthy' },
      last_check: '2025-09-26T10:00:00Z',
    },
  },
});

/** `GET /state/statistics` */
export const getStateStatistics = define({
  id: 'getStateStatistics',
  method: 'get',
  path: '/state/statistics',
  summary: 'Get state manager statistics',
  permission,
  success: {
    status: 200,
    data: stateStatisticsSchema,
    example: {
      total_workflows: 150,
      active_snapshots: 25,
      storage_usage: '245 MB',
      average_workflow_duration: 300,
    },
  },
});

/** `GET /state/inventory` */
export const listInventory = define({
  id: 'listInventory',
  method: 'get',
  path: '/state/inventory',
  summary: 'List the inventory: servers, task services and clusters',
  permission,
  query: pagedBy({
    infra: Type.Optional(name),
    kind: Type.Optional(resourceKind),
    provider: Type.Optional(name),
    q: Type.Optional(
      text(128, { minLength: 1, description: 'Only resources whose name contains this text, ignoring case' }),
    ),
    after: afterParameter(resourceId, 'id'),
  }),
  success: { status: 200, data: listOf(resourceSchema, MAX_PAGE), list: after('id') },
  addition: true,
});

/** `GET /state/drift` */
export const getDrift = define({
  id: 'getDrift',
  method: 'get',
  path: '/state/drift',
  summary: 'Compare the inventory with the providers',
  description:
    'Queries the providers in a read-only task that any worker may run. Returns 503 if no worker is available.',
  permission,
  query: closed({ infra: Type.Optional(name) }),
  success: { status: 200, data: driftSchema },
  addition: true,
});

/** `GET /state/journal` */
export const listJournal = define({
  id: 'listJournal',
  method: 'get',
  path: '/state/journal',
  summary: 'List the changes made to the infrastructure',
  permission,
  query: pagedBy({
    infra: Type.Optional(name),
    kind: Type.Optional(resourceKind),
    name: Type.Optional(text(128, { minLength: 1 })),
    task_id: Type.Optional(uuid),
    batch_id: Type.Optional(uuid),
    provider: Type.Optional(name),
    state: Type.Optional(someOf(JOURNAL_STATES, 'Only entries in one of these states, separated by commas')),
    from,
    to,
    after: afterNumber('seq'),
  }),
  success: { status: 200, data: listOf(journalEntrySchema, MAX_PAGE), list: after('seq') },
  addition: true,
});
