import type { Lock } from '@provisioning/contracts';

/** Names the task or batch that holds a lock. */
export function holderOf({ holder: { task_id, batch_id } }: Lock): string {
  return task_id === null ? `batch ${batch_id ?? '?'}` : `task ${task_id}`;
}
