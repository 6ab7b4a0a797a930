import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { MaintenanceStore, OldRows } from '../../domain/worker/maintenance-store.js';

/** The functions of functions/61_old_rows.sql. */
const DELETE_OLD: Readonly<Record<OldRows, string>> = {
  idempotency_keys: 'delete_old_idempotency_keys',
  deliveries: 'delete_old_deliveries',
  workers: 'delete_old_workers',
  journal: 'delete_old_journal',
  plans: 'delete_old_plans',
  batches: 'delete_old_batches',
  tasks: 'delete_old_tasks',
};

/** Maintains partitions and counts. */
export class PostgresMaintenanceStore implements MaintenanceStore {
  constructor(private readonly database: Knex) {}

  async preparePartitions(): Promise<void> {
    await rowsOf(this.database, 'select create_partitions(7)');
  }

  async dropOldPartitions(days: number): Promise<string[]> {
    const rows = await rowsOf<{ name: string }>(
      this.database,
      'select name from drop_old_partitions(?) as name',
      [days],
    );
    return rows.map(({ name }) => name);
  }

  async deleteOld(
    kind: OldRows,
    days: number,
    after: string | undefined,
    rows: number,
  ): Promise<string | undefined> {
    const [row] = await rowsOf<{ next: string | null }>(
      this.database,
      `select ${DELETE_OLD[kind]}(?, ?, ?) as next`,
      [days, after ?? null, rows],
    );
    return row?.next ?? undefined;
  }

  async sumTallies(): Promise<void> {
    await rowsOf(this.database, 'select sum_tallies()');
    await rowsOf(this.database, 'select close_ranges()');
  }
}
