import type {
  Drift as WireDrift,
  Snapshot as WireSnapshot,
  StateStatistics,
  SystemHealth as WireHealth,
  SystemMetrics,
  SystemSeries,
  WorkflowProgress as WireProgress,
} from '@provisioning/contracts';
import type { MachineLoad } from '@provisioning/runtime';
import type { Drift } from '../../domain/state/drift.js';
import type { Series } from '../../domain/state/series.js';
import type { Statistics, SystemHealth, WorkflowCounts } from '../../domain/state/state.js';
import type { Snapshot } from '../../domain/task/task.js';
import type { WorkflowProgress } from '../../domain/workflow/progress.js';
import { attributesOf, kindOf, megabytes } from './resource.js';
import { API_STATUS } from './task.js';

/** The progress of a workflow. */
export function presentProgress(workflowId: string, progress: WorkflowProgress): WireProgress {
  return {
    workflow_id: workflowId,
    progress: progress.progress,
    current_step: progress.currentStep,
    total_steps: progress.totalSteps,
    completed_steps: progress.completedSteps,
    estimated_time_remaining: progress.estimatedTimeRemaining,
  };
}

/** A snapshot of a workflow. */
export function presentSnapshot({ id, at, type, status, attempt, details }: Snapshot): WireSnapshot {
  // The status of a batch has the words of the API already.
  // Safe cast: checked to be a key.
  const state = status in API_STATUS ? API_STATUS[status as keyof typeof API_STATUS] : status;
  return {
    snapshot_id: id,
    timestamp: at.toISOString(),
    state: state.toLowerCase(),
    details: { event: type, attempt, ...details },
  };
}

/** The counts of workflows and the load of the machine. */
export function presentMetrics(counts: WorkflowCounts, load: MachineLoad): SystemMetrics {
  return {
    total_workflows: counts.total,
    active_workflows: counts.active,
    completed_workflows: counts.completed,
    failed_workflows: counts.failed,
    cancelled_workflows: counts.cancelled,
    system_load: {
      cpu_usage: load.cpuPercent,
      memory_usage: load.memoryMegabytes,
      disk_usage: load.diskPercent,
    },
  };
}

/** Numbers of tasks over time. */
export function presentSeries({ stepSeconds, points, isComplete }: Series): SystemSeries {
  return {
    step_seconds: stepSeconds,
    points: points.map(({ at, durationP50, durationP95, ...counts }) => ({
      ...counts,
      at: at.toISOString(),
      duration_p50: durationP50,
      duration_p95: durationP95,
    })),
    complete: isComplete,
  };
}

/** The health of the system with its components. */
export function presentHealth({ overall, components, reasons, checkedAt }: SystemHealth): WireHealth {
  const { storage, batchCoordinator, monitoring, workers, queue } = components;
  return {
    overall_status: overall,
    components: {
      storage,
      batch_coordinator: batchCoordinator,
      monitoring,
      workers,
      ...(queue ? { queue } : {}),
    },
    ...(reasons.length > 0 ? { reasons } : {}),
    last_check: checkedAt.toISOString(),
  };
}

/** Figures about stored workflows and snapshots. */
export function presentStatistics(statistics: Statistics): StateStatistics {
  const { totalWorkflows, activeSnapshots, tables, averageDuration } = statistics;
  const storageBytes = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    total_workflows: totalWorkflows,
    active_snapshots: activeSnapshots,
    storage_usage: megabytes(storageBytes),
    storage_usage_bytes: storageBytes,
    average_workflow_duration: averageDuration === null ? null : Math.round(averageDuration * 10) / 10,
    tables: tables.map(({ name, rows, bytes }) => ({ name, rows: Math.round(rows), bytes })),
  };
}

/** The maximum number of listed differences; beyond it, the counts alone are useful. */
const MAX_DIFFERENCES = 10_000;

/** The result of a drift check. */
export function presentDrift({ checkedAt, checked, differences }: Drift): WireDrift {
  return {
    checked_at: checkedAt.toISOString(),
    in_sync: differences.length === 0,
    resources_checked: checked,
    differences: differences
      .slice(0, MAX_DIFFERENCES)
      .map(({ drift, infra, kind, name, expected, actual, reason }) => ({
        drift,
        infra,
        kind: kindOf(kind),
        name,
        expected: expected && attributesOf(expected),
        actual: actual && attributesOf(actual),
        ...(reason === undefined ? {} : { reason }),
      })),
  };
}
