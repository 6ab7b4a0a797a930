import type { Batch, Operation } from '../batch/batch.js';
import type { TaskDetails } from '../task/task.js';

/** The progress of a task or batch. */
export interface WorkflowProgress {
  /** Percent, 0 to 100, with one decimal place. */
  progress: number;
  currentStep: string | null;
  totalSteps: number;
  completedSteps: number;
  /** Seconds; null without earlier runs. */
  estimatedTimeRemaining: number | null;
}

/**
 * Returns the progress of a task by its completed steps. The remaining time is that share of the median of earlier runs.
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

/** Returns the progress of a batch: its steps are its operations, and running ones count by their own progress. */
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

/** The completed share of an operation, from 0 to 1. */
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
