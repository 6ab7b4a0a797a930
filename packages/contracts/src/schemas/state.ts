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
import { attributes, resourceKind } from './resource.js';

export const workflowProgressSchema = closed(
  {
    workflow_id: id,
    progress: percentage,
    current_step: nullable(text(512)),
    total_steps: count,
    completed_steps: count,
    estimated_time_remaining: nullable(
      Type.Number({ minimum: 0, description: 'Seconds; null when there is nothing to estimate from' }),
    ),
  },
  { title: 'WorkflowProgress' },
);
export type WorkflowProgress = Static<typeof workflowProgressSchema>;

/** Kept at each transition of a workflow. `state` is the status it went to, in lower case. */
export const snapshotSchema = closed(
  {
    snapshot_id: id,
    timestamp,
    state: text(32),
    details: openDetails('What was true at that moment: step, attempt, counts, error'),
  },
  { title: 'Snapshot' },
);
export type Snapshot = Static<typeof snapshotSchema>;

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
export type SystemMetrics = Static<typeof systemMetricsSchema>;

export const HEALTH_STATUSES = ['Healthy', 'Degraded', 'Unhealthy'] as const;
const healthStatus = oneOf(HEALTH_STATUSES, { title: 'HealthStatus' });
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

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
        description: 'Why a component is not healthy, where that is known',
      }),
    ),
    last_check: timestamp,
  },
  { title: 'SystemHealth' },
);
export type SystemHealth = Static<typeof systemHealthSchema>;

export const stateStatisticsSchema = closed(
  {
    total_workflows: count,
    active_snapshots: count,
    storage_usage: text(32),
    average_workflow_duration: nullable(
      Type.Number({ minimum: 0, description: 'Seconds; null before the first' }),
    ),
    storage_usage_bytes: Type.Optional(count),
  },
  { title: 'StateStatistics' },
);
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

/** What the inventory says against what the providers say. */
export const driftSchema = closed(
  {
    checked_at: timestamp,
    in_sync: Type.Boolean(),
    resources_checked: count,
    differences: listOf(differenceSchema, 10_000),
  },
  { title: 'Drift' },
);
export type Drift = Static<typeof driftSchema>;

/** One change made to the infrastructure. `operation_id` is what a partial rollback names. */
export const journalEntrySchema = closed(
  {
    seq: count,
    operation_id: id,
    state: oneOf(['intended', 'done', 'failed', 'undoing', 'undone', 'undo_failed', 'unknown']),
    change: oneOf(['create', 'change', 'destroy', 'adopt', 'forget'], {
      description:
        '`adopt`: entered the inventory without being made by the platform; `forget`: left it and still exists',
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
export type JournalEntry = Static<typeof journalEntrySchema>;
