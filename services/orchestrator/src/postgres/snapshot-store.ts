import type { Knex } from 'knex';
import { snapshotTypesOf } from '../domain/event/catalogue.js';
import type { SnapshotStore } from '../domain/ports.js';
import type { Snapshot } from '../domain/task/task.js';
import { notBefore } from './id-time.js';
import { rowsOf } from './rows.js';

/** The recorded transitions of a task or a batch. */
export class PostgresSnapshotStore implements SnapshotStore {
  constructor(private readonly database: Knex) {}

  async list(
    owner: { taskId: string } | { batchId: string },
    { limit, offset }: { limit: number; offset: number },
  ): Promise<{ snapshots: Snapshot[]; total: number }> {
    const [column, id, types] =
      'taskId' in owner
        ? ['task_id = ?', owner.taskId, snapshotTypesOf('task')]
        : ['task_id is null and batch_id = ?', owner.batchId, snapshotTypesOf('batch')];
    const which = `${column} and at >= ? and type = any (?::text[])`;
    const since = notBefore(id);
    const [snapshots, counted] = await Promise.all([
      rowsOf<Snapshot>(
        this.database,
        `select id, at, type, status, attempt, details from events where ${which} order by seq desc limit ? offset ?`,
        [id, since, types, limit, offset],
      ),
      rowsOf<{ n: number }>(this.database, `select count(*)::int as n from events where ${which}`, [
        id,
        since,
        types,
      ]),
    ]);
    return { snapshots, total: counted[0]?.n ?? 0 };
  }
}
