import { containing, newestFirst, oldestFirst } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { TaskFilter } from '../../domain/task/task-store.js';
import { onlyVisibleTasks } from '../access/visible-rows.js';
import { createdBetween } from '../created-between.js';

type Page = Knex.QueryBuilder<{ id: string }, { id: string }[]>;

/** Skipping so many index entries is fast. */
const NEAR = 2_000;
/** Statuses with counted ranges: they are terminal. */
const COUNTED: readonly string[] = ['Completed', 'Failed', 'Cancelled'];

/** Limits a query of `tasks` to those that match a filter. */
export function onlyMatchingTasks(query: Knex.QueryBuilder, filter: TaskFilter): void {
  const { statuses, kinds, infra, createdBy, batchId, text, visible } = filter;
  if (statuses) query.whereIn('tasks.status', [...statuses]);
  if (kinds) query.whereIn('tasks.kind', [...kinds]);
  if (infra !== undefined) query.where('tasks.infra', infra);
  if (createdBy !== undefined) query.where('tasks.created_by_name', createdBy);
  if (batchId !== undefined) query.where('tasks.batch_id', batchId);
  if (text !== undefined) {
    const pattern = containing(text);
    query.whereRaw('(tasks.name ilike ? or tasks.op_key ilike ? or tasks.id::text ilike ?)', [
      pattern,
      pattern,
      pattern,
    ]);
  }
  createdBetween(query, 'tasks', filter);
  onlyVisibleTasks(query, visible);
}

/** Whether a filter names nothing but statuses. */
export function namesOnlyStatuses({ kinds, infra, createdBy, batchId, text, from, to, visible }: TaskFilter) {
  const others = [kinds, infra, createdBy, batchId, text, from, to, visible];
  return others.every((value) => value === undefined);
}

/** Returns a query of the ids of a page of tasks. Without further filters it is an index-only scan. */
export function taskPage(database: Knex, filter: TaskFilter): Page {
  const { statuses, limit, offset } = filter;
  const [status] = statuses ?? [];
  const hasRanges =
    namesOnlyStatuses(filter) &&
    (statuses?.length ?? 0) <= 1 &&
    !filter.oldestFirst &&
    (status === undefined || COUNTED.includes(status));
  if (offset <= NEAR || !hasRanges) {
    const query = database('tasks').select('id');
    const page = filter.oldestFirst ? oldestFirst(query, 'id', filter) : newestFirst(query, 'id', filter);
    onlyMatchingTasks(page, filter);
    return page;
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
  // Safe cast: Knex loses the type of the row in from().
  return database.select<{ id: string }[]>('id').from(page) as Page;
}
