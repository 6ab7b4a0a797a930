import Type, { type Static } from 'typebox';
import {
  closed,
  count,
  id,
  listOf,
  name,
  nullable,
  oneOf,
  openDetails,
  percentage,
  text,
  timestamp,
} from './basics.js';
import { JOURNAL_STATES } from '../statuses.js';
import { attributes, resourceKind } from './resource.js';

/** Response of `GET /state/workflows/{id}/progress`. */
export const workflowProgressSchema = closed(
  {
    workflow_id: id,
    progress: percentage,
    current_step: nullable(text(512)),
    total_steps: count,
    completed_steps: count,
    estimated_time_remaining: nullable(
      Type.Number({ minimum: 0, description: 'Seconds; null if it cannot be estimated' }),
    ),
  },
  { title: 'WorkflowProgress' },
);
/** A value of {@link workflowProgressSchema}. */
export type WorkflowProgress = Static<typeof workflowProgressSchema>;

/** Recorded at each status change of a workflow. `state` is the new status in lower case. */
export const snapshotSchema = closed(
  {
    snapshot_id: id,
    timestamp,
    state: text(32),
    details: openDetails('Details at that moment: step, attempt, counts, error'),
  },
  { title: 'Snapshot' },
);
/** A value of {@link snapshotSchema}. */
export type Snapshot = Static<typeof snapshotSchema>;

/** Response of `GET /state/system/metrics`. */
export const systemMetricsSchema = closed(
  {
    total_workflows: count,
    active_workflows: count,
    completed_workflows: count,
    failed_workflows: count,
    cancelled_workflows: Type.Optional(count),
    system_load: closed({
      cpu_usage: Type.Number({ minimum: 0, description: 'Percent' }),
      memory_usage: Type.Number({ minimum: 0, description: 'MB' }),
      disk_usage: Type.Number({ minimum: 0, maximum: 100, description: 'Percent' }),
    }),
  },
  { title: 'SystemMetrics' },
);
/** A value of {@link systemMetricsSchema}. */
export type SystemMetrics = Static<typeof systemMetricsSchema>;

const seconds = nullable(Type.Number({ minimum: 0, description: 'Seconds; null if no task ended' }));
const seriesPointSchema = closed(
  {
    at: text(40, { format: 'date-time', description: 'Start of the step' }),
    submitted: count,
    started: count,
    completed: count,
    failed: count,
    cancelled: count,
    waiting: Type.Integer({
      minimum: 0,
      description: 'Number of tasks that had not started at the end of the step',
    }),
    duration_p50: seconds,
    duration_p95: seconds,
  },
  { title: 'SeriesPoint' },
);

/** Response of `GET /state/system/series`. */
export const systemSeriesSchema = closed(
  {
    step_seconds: count,
    points: listOf(seriesPointSchema, 100, { description: 'Oldest first; the last step is not over' }),
    complete: Type.Boolean({
      description:
        'Whether `points` covers the whole period. Where there are too many tasks, the oldest steps are left out.',
    }),
  },
  { title: 'SystemSeries' },
);
/** A value of {@link systemSeriesSchema}. */
export type SystemSeries = Static<typeof systemSeriesSchema>;

/** The health statuses, from best to worst. */
export const HEALTH_STATUSES = ['Healthy', 'Degraded', 'Unhealthy'] as const;
const healthStatus = oneOf(HEALTH_STATUSES, { title: 'HealthStatus' });
/** One of {@link HEALTH_STATUSES}. */
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** Response of `GET /state/system/health`. */
export const systemHealthSchema = closed(
  {
    overall_status: healthStatus,
    components: closed({
      storage: healthStatus,
      batch_coordinator: healthStatus,
      monitoring: healthStatus,
      queue: Type.Optional(healthStatus),
      workers: Type.Optional(healthStatus),
      policies: Type.Optional(healthStatus),
      audit: Type.Optional(healthStatus),
      webhooks: Type.Optional(healthStatus),
    }),
    reasons: Type.Optional(
      Type.Array(text(4_000), {
        maxItems: 1_000,
        description: 'Why components are not healthy, if known',
      }),
    ),
    last_check: timestamp,
  },
  { title: 'SystemHealth' },
);
/** A value of {@link systemHealthSchema}. */
export type SystemHealth = Static<typeof systemHealthSchema>;

/** Response of `GET /state/statistics`. */
export const stateStatisticsSchema = closed(
  {
    total_workflows: count,
    active_snapshots: count,
    storage_usage: text(32),
    average_workflow_duration: nullable(
      Type.Number({ minimum: 0, description: 'Seconds; null before the first workflow has ended' }),
    ),
    storage_usage_bytes: Type.Optional(count),
    tables: Type.Optional(
      Type.Array(
        closed({
          name: text(63),
          rows: Type.Integer({ minimum: 0, description: 'An estimate of Postgres' }),
          bytes: Type.Integer({ minimum: 0, description: 'With indexes and partitions' }),
        }),
        { maxItems: 1_000, description: "The tables of the orchestrator's database, by name" },
      ),
    ),
  },
  { title: 'StateStatistics' },
);
/** A value of {@link stateStatisticsSchema}. */
export type StateStatistics = Static<typeof stateStatisticsSchema>;

const differenceSchema = closed(
  {
    kind: resourceKind,
    infra: name,
    name: text(128),
    drift: oneOf(['missing', 'changed', 'unmanaged', 'unknown']),
    expected: nullable(attributes),
    actual: nullable(attributes),
    reason: Type.Optional(text(1024)),
  },
  { title: 'DriftDifference' },
);

/** The differences between the inventory and the providers. */
export const driftSchema = closed(
  {
    checked_at: timestamp,
    in_sync: Type.Boolean(),
    resources_checked: count,
    differences: listOf(differenceSchema, 10_000),
  },
  { title: 'Drift' },
);
/** A value of {@link driftSchema}. */
export type Drift = Static<typeof driftSchema>;

/** One change made to the infrastructure. A partial rollback refers to it by `operation_id`. */
export const journalEntrySchema = closed(
  {
    seq: count,
    operation_id: id,
    state: oneOf(JOURNAL_STATES),
    change: oneOf(['create', 'change', 'destroy', 'adopt', 'forget'], {
      description:
        '`adopt`: an existing resource entered the inventory; `forget`: a resource left the inventory and still exists',
    }),
    kind: resourceKind,
    infra: name,
    name: text(128),
    provider: text(63),
    driver: text(63),
    before: nullable(attributes),
    after: nullable(attributes),
    task_id: id,
    batch_id: nullable(id),
    attempt: count,
    timestamp,
    undone_by: nullable(id),
  },
  { title: 'JournalEntry' },
);
/** A value of {@link journalEntrySchema}. */
export type JournalEntry = Static<typeof journalEntrySchema>;
