import type { Task } from '@provisioning/contracts';

export const TASK_STATUS_WORDS: Task['status'][] = ['Pending', 'Running', 'Completed', 'Failed', 'Cancelled'];
