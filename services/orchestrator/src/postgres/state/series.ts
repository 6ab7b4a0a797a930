import type { Knex } from 'knex';
import type { VisibleTasks } from '../../domain/access/visibility.js';
import { pointsOf, type Series, type SeriesRange, type StepCounts } from '../../domain/state/series.js';
import { OPEN_TASKS } from '../../domain/task/task.js';
import { onlyVisibleTasks } from '../access/visible-rows.js';

/** The number of tasks that one series reads at most. */
const MOST_TASKS = 100_000;
/** A task is read if it was submitted in the period, or so long before. */
const LOOKBACK_SECONDS = 86_400;
const COLUMNS = ['tasks.id', 'tasks.created_at', 'tasks.started_at', 'tasks.completed_at', 'tasks.status'];

/** What happened to the tasks in `seen`, and when. */
const MOMENTS = `
  select created_at as at, 'submitted' as what, null::float8 as took from seen
  union all select started_at, 'started', null from seen where started_at is not null
  union all select coalesce(started_at, completed_at), 'left', null from seen where coalesce(started_at, completed_at) is not null
  union all select completed_at, status, case when status <> 'Cancelled' then extract(epoch from completed_at - started_at) end
              from seen where completed_at is not null`;

const countOf = (what: string, column: string) =>
  `count(*) filter (where what = '${what}')::int as ${column}`;
const durationAt = (share: number, column: string) =>
  `(percentile_cont(${share}) within group (order by took))::float8 as ${column}`;

/** Counts the visible tasks of a period that ends now, from the newest ones. @param most of them */
export async function readSeries(
  database: Knex,
  range: SeriesRange,
  visible: VisibleTasks | undefined,
  most = MOST_TASKS,
): Promise<Series> {
  const { seconds, stepSeconds } = range;
  const steps = seconds / stepSeconds;
  const end = Math.ceil(Date.now() / 1000 / stepSeconds) * stepSeconds;
  const from = new Date((end - seconds) * 1000);
  const oldest = database.raw('id_at(?)', [new Date(from.getTime() - LOOKBACK_SECONDS * 1000)]);
  const recent = database('tasks')
    .select(COLUMNS)
    .where('tasks.id', '>=', oldest)
    .orderBy('tasks.id', 'desc')
    .limit(most);
  // What has been waiting or running for longer.
  const open = database('tasks')
    .select(COLUMNS)
    .whereIn('tasks.status', [...OPEN_TASKS])
    .where('tasks.id', '<', database.raw('coalesce((select min(id::text)::uuid from recent), ?)', [oldest]))
    .limit(most);
  for (const query of [recent, open]) onlyVisibleTasks(query, visible);
  const rows = await database
    .with('recent', recent)
    .with('open', open)
    .with('seen', database.raw('select * from recent union all select * from open'))
    .with('moments', database.raw(MOMENTS))
    .from('moments')
    .select<(StepCounts & { cut: Date | null })[]>(
      database.raw('least(greatest(floor(extract(epoch from at - ?) / ?), -1), ?)::int as step', [
        from,
        stepSeconds,
        steps - 1,
      ]),
      database.raw(
        [
          countOf('submitted', 'submitted'),
          countOf('started', 'started'),
          countOf('left', '"left"'),
          countOf('Completed', 'completed'),
          countOf('Failed', 'failed'),
          countOf('Cancelled', 'cancelled'),
          durationAt(0.5, 'p50'),
          durationAt(0.95, 'p95'),
        ].join(', '),
      ),
      database.raw('(select min(created_at) from recent having count(*) >= ?) as cut', [most]),
    )
    .groupByRaw('1');
  // Steps before the oldest task that was read are not known whole.
  const cut = rows[0]?.cut ?? null;
  const first =
    cut === null ? 0 : Math.max(0, Math.ceil((cut.getTime() - from.getTime()) / 1000 / stepSeconds));
  return { stepSeconds, points: pointsOf(rows, from, range, first), isComplete: first === 0 };
}
