import { newestFirst, countOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { snapshotTypesOf } from '../../domain/event/catalogue.js';
import type { Page } from '../../domain/page.js';
import type { SnapshotStore } from '../../domain/task/snapshot-store.js';
import type { Snapshot } from '../../domain/task/task.js';
import { notBefore } from '../id-time.js';

interface EventRow extends Snapshot {
  seq: string;
}

/** Reads the recorded transitions of a task or a batch. */
export class PostgresSnapshotStore implements SnapshotStore {
  constructor(private readonly database: Knex) {}

  async list(
    owner: { taskId: string } | { batchId: string },
    { after: afterId, ...position }: Page,
  ): Promise<{ snapshots: Snapshot[]; total: number } | undefined> {
    const [history, id, types] =
      'taskId' in owner
        ? ['history_of_task', owner.taskId, snapshotTypesOf('task')]
        : ['history_of_batch', owner.batchId, snapshotTypesOf('batch')];
    const matching = () =>
      this.database
        .queryBuilder<EventRow, EventRow[]>()
        .from(this.database.raw(`${history}(?, ?) as events`, [id, notBefore(id)]))
        .whereIn('type', types);
    // Events are ordered by number, not by id.
    const seen = afterId === undefined ? undefined : await matching().where({ id: afterId }).first('seq');
    if (afterId !== undefined && !seen) return undefined;
    const [snapshots, total] = await Promise.all([
      newestFirst(matching().select<Snapshot[]>('id', 'at', 'type', 'status', 'attempt', 'details'), 'seq', {
        ...position,
        after: seen?.seq,
      }),
      countOf(matching()),
    ]);
    return { snapshots, total };
  }
}
