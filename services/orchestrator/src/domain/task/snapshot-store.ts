import type { Page } from '../page.js';
import type { Snapshot } from './task.js';

export interface SnapshotStore {
  /**
   * Newest first.
   * @returns undefined where `after` names no snapshot of the owner: those of old days are dropped
   */
  list(
    owner: { taskId: string } | { batchId: string },
    page: Page,
  ): Promise<{ snapshots: Snapshot[]; total: number } | undefined>;
}
