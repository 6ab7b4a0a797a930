import type { Batch, Operation } from '../batch/batch.js';
import type { TaskDetails } from '../task/task.js';

export interface WorkflowProgress {
  /** Percent. */
  progress: number;
  currentStep: string | null;
  totalSteps: number;
  completedSteps: number;
  /** Seconds; null when there is nothing to estimate from. */
  estimatedTimeRemaining: number | null;
}

/**
 * How far a workflow is, from the steps that were really done. What remains is estimated from the median of earlier runs:
 * the part of it that is still to be done.
 * @param durations of earlier runs of the same kind, in seconds
 */
export function progressOf(task: TaskDetails, durations: readonly number[]): WorkflowProgress {
  const { totalSteps = 0, doneSteps = 0, currentStep = null } = task.progress ?? {};
  const finished = task.status === 'Completed';
  const fraction = finished ? 1 : totalSteps === 0 ? 0 : Math.min(1, doneSteps / totalSteps);
  return {
    progress: Math.round(fraction * 1000) / 10,
    currentStep: task.completedAt ? null : currentStep,
    totalSteps,
    completedSteps: doneSteps,
    estimatedTimeRemaining: task.completedAt ? null : remaining(fraction, durations),
  };
}

/** The same of a batch: its steps are its operations, and of one that runs as much counts as it has done. */
export function progressOfBatch(
  batch: Pick<Batch, 'completedAt' | 'total' | 'completed'>,
  operations: readonly Pick<Operation, 'id' | 'status' | 'totalSteps' | 'doneSteps' | 'currentStep'>[],
  durations: readonly number[],
): WorkflowProgress {
  const done = operations.reduce((sum, operation) => sum + shareDone(operation), 0);
  const fraction = batch.total === 0 ? 1 : done / batch.total;
  const running = operations.find(({ status }) => status === 'Running');
  return {
    progress: Math.round(fraction * 1000) / 10,
    currentStep: running
      ? running.currentStep
        ? `${running.id}: ${running.currentStep}`
        : running.id
      : null,
    totalSteps: batch.total,
    completedSteps: batch.completed,
    estimatedTimeRemaining: batch.completedAt ? null : remaining(fraction, durations),
  };
}

/** How much of an operation is done, from 0 to 1. */
export function shareDone({
  status,
  totalSteps,
  doneSteps,
}: Pick<Operation, 'status' | 'totalSteps' | 'doneSteps'>): number {
  if (status === 'Completed') return 1;
  return totalSteps ? Math.min(1, (doneSteps ?? 0) / totalSteps) : 0;
}

function remaining(fraction: number, durations: readonly number[]): number | null {
  const median = [...durations].sort((a, b) => a - b)[Math.floor(durations.length / 2)];
  return median === undefined ? null : Math.round(median * (1 - fraction) * 10) / 10;
}
