import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { MaintenanceStore } from '../../domain/worker/maintenance-store.js';

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

  async sumTallies(): Promise<void> {
    await rowsOf(this.database, 'select sum_tallies()');
    await rowsOf(this.database, 'select close_ranges()');
  }
}
