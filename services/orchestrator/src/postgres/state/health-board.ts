import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { HealthBoard } from '../../domain/state/health-board.js';
import type { SystemHealth } from '../../domain/state/state.js';

/** After so many seconds without a check, another process may publish. */
const SILENT_SECONDS = 10;

/** Stores which process publishes the health, and the health that was published last. */
export class PostgresHealthBoard implements HealthBoard {
  constructor(private readonly database: Knex) {}

  async isPublisher(publisher: string): Promise<boolean> {
    const rows = await rowsOf(
      this.database,
      `update system_health set teller = ?, checked_at = now()
        where teller = ? or checked_at < now() - make_interval(secs => ?) returning true`,
      [publisher, publisher, SILENT_SECONDS],
    );
    return rows.length > 0;
  }

  async publish(publisher: string, { overall, components }: SystemHealth): Promise<void> {
    await this.database.raw('select publish_health(?, ?, ?::jsonb)', [
      publisher,
      overall,
      JSON.stringify({ components }),
    ]);
  }
}
