import type { Knex } from 'knex';
import type { Grant, WaitingGrant } from '../domain/access/grant.js';
import type { WaitingGrants } from '../domain/access/grant-reviewer.js';
import { rowsOf } from './rows.js';

interface GrantRow {
  id: string;
  kind: WaitingGrant['kind'];
  created_by: string;
  granted_on: Grant;
}

/** What submissions were allowed on, of those of which something waits. Undoing waits for nobody's leave. */
export class PostgresGrantStore implements WaitingGrants {
  constructor(private readonly database: Knex) {}

  async waiting(limit: number): Promise<WaitingGrant[] | undefined> {
    return this.database.transaction(async (transaction) => {
      const [turn] = await rowsOf<{ mine: boolean }>(
        transaction,
        `select pg_try_advisory_xact_lock(hashtextextended('grants', 0)) as mine`,
      );
      if (!turn?.mine) return undefined;
      const rows = await rowsOf<GrantRow>(
        transaction,
        `(select id, 'task' as kind, created_by, granted_on from tasks
             where batch_id is null and granted_on is not null and status in ('Waiting', 'Ready', 'RetryWait'))
           union all
           (select id, 'batch', created_by, granted_on from batches b
             where granted_on is not null and status in ('Pending', 'Running') and cancel_requested_at is null
               and exists (select from tasks t where t.batch_id = b.id
                             and t.status in ('Blocked', 'Waiting', 'Ready', 'RetryWait')))
           order by id limit ?`,
        [limit],
      );
      return rows.map(({ id, kind, created_by: userId, granted_on: grant }) => ({ id, kind, userId, grant }));
    });
  }
}
