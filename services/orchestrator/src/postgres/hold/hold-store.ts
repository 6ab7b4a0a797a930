import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Actor } from '../../domain/audit/actor.js';
import type {
  DatabaseCheck,
  HeldWork,
  HoldStore,
  Released,
  ReleaseAction,
  RestoreHold,
} from '../../domain/hold/hold.js';
import { actorText } from '../audit/actor-row.js';

/** Holds and releases work with the functions of 62_holds.sql. */
export class PostgresHoldStore implements HoldStore {
  constructor(private readonly database: Knex) {}

  async checkDatabase(): Promise<DatabaseCheck> {
    const [row] = await rowsOf<{ outcome: DatabaseCheck }>(
      this.database,
      'select check_database() as outcome',
    );
    return row!.outcome;
  }

  async read(): Promise<{ known: boolean; hold: RestoreHold | undefined }> {
    const [row] = await rowsOf<
      { known: boolean } & { [Member in keyof RestoreHold]: RestoreHold[Member] | null }
    >(
      this.database,
      `select is_database_known() as known, since, reason, released
         from (values (true)) as always left join restore_holds on ended_at is null`,
    );
    const { known, since, reason, released } = row!;
    return { known, hold: since && reason && released ? { since, reason, released } : undefined };
  }

  heldWork(): Promise<HeldWork[]> {
    return rowsOf<HeldWork>(
      this.database,
      `select infra, held as reason, count(*)::int as tasks,
              (count(*) filter (where status = 'Unknown'))::int as unknown, min(created_at) as oldest
         from tasks where held is not null and completed_at is null group by infra, held order by infra, held limit 10000`,
    );
  }

  async hold(reason: string, by: Actor | undefined): Promise<void> {
    await rowsOf(this.database, 'select hold_restored_work(?, ?::jsonb)', [reason, actorText(by)]);
  }

  async release(infras: readonly string[] | undefined, action: ReleaseAction, by: Actor): Promise<Released> {
    const [row] = await rowsOf<{ released: Released }>(
      this.database,
      'select release_held_work(?::text[], ?, ?, ?::jsonb) as released',
      [infras ? [...infras] : null, action, by.username, actorText(by)],
    );
    return row!.released;
  }
}
