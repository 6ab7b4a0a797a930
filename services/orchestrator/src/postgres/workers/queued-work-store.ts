import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { QueuedWork, QueuedWorkState, QueuedWorkStore } from '../../domain/worker/queued-work.js';

/** Reads tasks without a batch, and batches, as the queue shows them. */
export class PostgresQueuedWorkStore implements QueuedWorkStore {
  constructor(private readonly database: Knex) {}

  states(ids: readonly string[]): Promise<QueuedWorkState[]> {
    return rowsOf<QueuedWorkState>(
      this.database,
      `select t.id, t.status, t.started_at is not null as started, t.completed_at is not null as ended,
              coalesce(100 * p.done_steps / nullif(p.total_steps, 0), 0) as progress, t.error
         from tasks t left join task_progress p on p.task_id = t.id
         where t.id = any (:ids) and t.batch_id is null
       union all
       select id, status, started_at is not null, completed_at is not null,
              100 * (completed + failed + cancelled) / greatest(total, 1), error
         from batches where id = any (:ids)`,
      { ids: [...ids] },
    );
  }

  open(after: string | undefined, limit: number): Promise<QueuedWork[]> {
    // The open tasks are few, so they are read with their index, not in the order of the primary key.
    return rowsOf<QueuedWork>(
      this.database,
      `with alone as materialized (
         select id, kind, name, infra, created_by_name from tasks
           where status in ('Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait', 'Unknown') and batch_id is null)
       select id, kind, name, case infra when '' then '{}' else array[infra] end as infras, created_by_name as "submittedBy"
         from alone where id > coalesce(:after, uuid '00000000-0000-0000-0000-000000000000')
       union all
       select id, kind, name, infras, created_by_name
         from batches where status in ('Pending', 'Running', 'RollingBack')
           and id > coalesce(:after, uuid '00000000-0000-0000-0000-000000000000')
       order by id limit :limit`,
      { after: after ?? null, limit },
    );
  }
}
