import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Grant, WaitingGrant } from '../../domain/access/grant.js';
import type { WaitingGrants } from '../../domain/access/grant-reviewer.js';

interface GrantRow {
  id: string;
  kind: WaitingGrant['kind'];
  created_by: string;
  granted_on: Grant;
}

/** Finds the grants of waiting work. Rollbacks have none: they are not reviewed. */
export class PostgresGrantStore implements WaitingGrants {
  constructor(private readonly database: Knex) {}

  async waiting(after: string | undefined, limit: number): Promise<WaitingGrant[]> {
    const rows = await rowsOf<GrantRow>(
      this.database,
      `(select id, 'task' as kind, created_by, granted_on from tasks
         where batch_id is null and granted_on is not null and held is null and status in ('Waiting', 'Ready', 'RetryWait')
           and id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000') order by id limit :limit)
       union all
       (select id, 'batch', created_by, granted_on from batches b
         where granted_on is not null and status in ('Pending', 'Running') and cancel_requested_at is null
           and id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
           and exists (select from tasks t where t.batch_id = b.id and t.held is null
                         and t.status in ('Blocked', 'Waiting', 'Ready', 'RetryWait')) order by id limit :limit)
       order by id limit :limit`,
      { after: after ?? null, limit },
    );
    return rows.map(({ id, kind, created_by: userId, granted_on: grant }) => ({ id, kind, userId, grant }));
  }
}
