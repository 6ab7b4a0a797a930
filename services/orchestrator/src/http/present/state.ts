import type { Snapshot as WireSnapshot, WorkflowProgress as WireProgress } from '@provisioning/contracts';
import type { Snapshot } from '../../domain/task/task.js';
import type { WorkflowProgress } from '../../domain/workflow/progress.js';
import { API_STATUS } from './task.js';

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

export function presentSnapshot({ id, at, type, status, attempt, details }: Snapshot): WireSnapshot {
  return {
    snapshot_id: id,
    timestamp: at.toISOString(),
    state: API_STATUS[status].toLowerCase(),
    details: { event: type, attempt, ...details },
  };
}
