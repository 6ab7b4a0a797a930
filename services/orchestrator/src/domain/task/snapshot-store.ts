import type { Page } from '../page.js';
import type { Snapshot } from './task.js';

/** Reads the recorded transitions of a task or a batch. */
export interface SnapshotStore {
  /**
   * Newest first.
   * @returns undefined if `after` is not the id of a snapshot of the owner: old snapshots are deleted
   */
  list(
    owner: { taskId: string } | { batchId: string },
    page: Page,
  ): Promise<{ snapshots: Snapshot[]; total: number } | undefined>;
}
