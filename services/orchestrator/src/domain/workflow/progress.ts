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

function remaining(fraction: number, durations: readonly number[]): number | null {
  const median = [...durations].sort((a, b) => a - b)[Math.floor(durations.length / 2)];
  return median === undefined ? null : Math.round(median * (1 - fraction) * 10) / 10;
}
