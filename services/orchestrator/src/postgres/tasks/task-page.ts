import { newestFirst } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { TaskFilter } from '../../domain/task/task-store.js';
import { onlyVisibleTasks } from '../access/visible-rows.js';

type Page = Knex.QueryBuilder<{ id: string }, { id: string }[]>;

/** Skipping so many index entries is fast. */
const NEAR = 2_000;
/** Statuses with counted ranges: they are terminal. */
const COUNTED: readonly string[] = ['Completed', 'Failed', 'Cancelled'];

/** Returns a query of the ids of a page of tasks, newest first. It is an index-only scan: earlier rows are not fetched. */
export function taskPage(database: Knex, { statuses, visible, ...position }: TaskFilter): Page {
  const { limit, offset } = position;
  const [status, ...others] = statuses ?? [];
  const isCounted = status === undefined || (others.length === 0 && COUNTED.includes(status));
  if (offset <= NEAR || !isCounted || visible) {
    const page = newestFirst(database('tasks').select('id'), 'id', position);
    onlyVisibleTasks(page, visible);
    return statuses ? page.whereIn('status', [...statuses]) : page;
  }
  // Most rows before a page far down the list are skipped with counted ranges (functions/65_ranges.sql).
  const page = database.raw(
    `(with start as materialized (select * from task_page_start(:status, :offset))
      select id from tasks
       where id <= (select start_id from start) ${status === undefined ? '' : 'and status = :status'}
       order by id desc limit :limit offset (select rest from start)) as page`,
    { status: status ?? null, offset, limit },
  );
  // `from` loses the row type of the select.
  return database.select<{ id: string }[]>('id').from(page) as Page;
}
