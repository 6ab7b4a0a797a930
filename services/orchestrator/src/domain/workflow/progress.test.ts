import { describe, expect, it } from '@jest/globals';
import type { TaskDetails } from '../task/task.js';
import { progressOf } from './progress.js';

function task(changes: Partial<TaskDetails>): TaskDetails {
  return { status: 'Running', completedAt: null, progress: null, ...changes } as TaskDetails;
}

describe('progress', () => {
  it('counts completed steps, and estimates the rest from the median of earlier runs', () => {
    const running = task({ progress: { totalSteps: 8, doneSteps: 6, currentStep: 'Installing Kubernetes' } });
    expect(progressOf(running, [1000, 80, 120])).toEqual({
      progress: 75,
      currentStep: 'Installing Kubernetes',
      totalSteps: 8,
      completedSteps: 6,
      estimatedTimeRemaining: 30,
    });
  });

  it('estimates nothing when there was no earlier run', () => {
    expect(progressOf(task({}), []).estimatedTimeRemaining).toBeNull();
  });

  it('is complete without any reported step, and stays the same after a failure', () => {
    expect(progressOf(task({ status: 'Completed', completedAt: new Date() }), [5])).toMatchObject({
      progress: 100,
      estimatedTimeRemaining: null,
    });
    const failed = task({
      status: 'Failed',
      completedAt: new Date(),
      progress: { totalSteps: 4, doneSteps: 1, currentStep: 'x' },
    });
    expect(progressOf(failed, [5])).toMatchObject({ progress: 25, currentStep: null });
  });
});
