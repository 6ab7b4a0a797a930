import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Durations, Ends, FiguresStore, PlatformFigures } from '../../domain/state/figures.js';
import { OPEN_BATCHES } from '../../domain/batch/batch.js';
import { PLAN_STATUSES } from '../../domain/plan/plan.js';
import { OPEN_TASKS } from '../../domain/task/task.js';

/** The upper bounds that `duration_class` knows, in seconds. */
const CLASSES = [1, 5, 10, 30, 60, 300, 900, 3600, Infinity] as const;
const TASKS = ['workflow', 'operation', 'rollback', 'survey'];
const TASK_ENDS = ['Completed', 'Failed', 'Cancelled'];
const BATCH_ENDS = [...TASK_ENDS, 'RolledBack'];

interface Counted {
  kind: string;
  status: string;
  /** JSON has no Infinity: it is a string. */
  le: number | string | null;
  n: number;
  seconds: number;
}

interface Row {
  counted: Counted[];
  open_tasks: Record<string, number>;
  open_batches: Record<string, number>;
  oldest_ready: number;
  plan_wait: number;
  locks: { held: number; waiting: number; longest_wait: number };
  workers: { alive: number; overdue: number; shortest_lease: number };
  intended: number;
}

/** One statement in which every part uses an index: the cost of a scrape does not depend on the number of past tasks. */
const FIGURES = `
  select
    (select coalesce(json_agg(c), '[]') from (
       select kind, status, le, sum(n)::float8 as n, sum(seconds) as seconds from tallies group by kind, status, le) c) as counted,
    (select coalesce(json_object_agg(status, n), '{}') from (
       select status, count(*) as n from tasks where status = any (:openTasks) group by status) t) as open_tasks,
    (select coalesce(json_object_agg(status, n), '{}') from (
       select status, count(*) as n from batches where status = any (:openBatches) group by status) b) as open_batches,
    (select coalesce(extract(epoch from now() - min(ready_at)), 0)::float8 from tasks where status = 'Ready') as oldest_ready,
    (select coalesce(extract(epoch from now() - min(planned_at)), 0)::float8 from plans where status = 'Planned') as plan_wait,
    (select json_build_object(
       'held', count(*) filter (where granted_at is not null), 'waiting', count(*) filter (where granted_at is null),
       'longest_wait', coalesce(extract(epoch from now() - min(requested_at) filter (where granted_at is null)), 0))
       from locks) as locks,
    (select json_build_object(
       'alive', count(*) filter (where lease_until > now()), 'overdue', count(*) filter (where lease_until <= now()),
       'shortest_lease', coalesce(extract(epoch from min(lease_until) filter (where lease_until > now()) - now()), 0))
       from workers where state = 'alive') as workers,
    (select count(*)::int from journal where state = 'intended') as intended`;

/** Reads the figures for each scrape. Counters in memory would restart with each process, and there are several. */
export class PostgresFigures implements FiguresStore {
  constructor(private readonly database: Knex) {}

  async read(): Promise<PlatformFigures> {
    const [row] = await rowsOf<Row>(this.database, FIGURES, {
      openTasks: [...OPEN_TASKS],
      openBatches: [...OPEN_BATCHES],
    });
    if (!row) throw new Error('the statement must return one row');
    const of = (...kinds: string[]) => row.counted.filter(({ kind }) => kinds.includes(kind));
    return {
      tasks: tallied(of(...TASKS), TASK_ENDS),
      batches: tallied(of('batch'), BATCH_ENDS),
      rollbacks: tallied(of('rollback_batch'), BATCH_ENDS),
      plans: {
        reached: tallied(of('plan'), PLAN_STATUSES).ended,
        longestWait: row.plan_wait,
      },
      openTasks: byStatus(OPEN_TASKS, row.open_tasks),
      openBatches: byStatus(OPEN_BATCHES, row.open_batches),
      oldestReady: row.oldest_ready,
      locks: { held: row.locks.held, waiting: row.locks.waiting, longestWait: row.locks.longest_wait },
      workers: {
        alive: row.workers.alive,
        overdue: row.workers.overdue,
        shortestLease: row.workers.shortest_lease,
      },
      openJournalEntries: row.intended,
    };
  }
}

function tallied(
  counted: readonly Counted[],
  statuses: readonly string[],
): { submitted: number; ended: Ends; durations: Durations } {
  const countOf = (status: string) =>
    sum(
      counted.filter((one) => one.status === status),
      'n',
    );
  const ended = Object.fromEntries(statuses.map((status) => [status, countOf(status)]));
  // Cancelled work says nothing about the usual duration.
  const measured = counted.filter(
    ({ status, le }) => le !== null && status !== 'Submitted' && status !== 'Cancelled',
  );
  const classes = CLASSES.map((upTo) => {
    const within = measured.filter(({ le }) => Number(le) === upTo);
    return [upTo, sum(within, 'n')] as const;
  });
  return {
    submitted: countOf('Submitted'),
    ended,
    durations: { classes, seconds: sum(measured, 'seconds') },
  };
}

function sum(counted: readonly Counted[], what: 'n' | 'seconds'): number {
  return counted.reduce((total, one) => total + one[what], 0);
}

function byStatus(statuses: readonly string[], found: Record<string, number>): Record<string, number> {
  return Object.fromEntries(statuses.map((status) => [status, found[status] ?? 0]));
}
