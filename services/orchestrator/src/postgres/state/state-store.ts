import { rowsOf, tableSizesReader, type TableSize } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { snapshotTypesOf } from '../../domain/event/catalogue.js';
import type { StateStore, VisibleWork } from '../../domain/state/state-store.js';
import type { Statistics, Workforce, WorkflowCounts } from '../../domain/state/state.js';
import type { VisibleTasks } from '../../domain/access/visibility.js';
import type { Series, SeriesRange } from '../../domain/state/series.js';
import { readSeries } from './series.js';
import { readTally, type Tally } from './tallies.js';
import { onlyVisible, onlyVisibleTasks } from '../access/visible-rows.js';

/** Work that is ready for longer is waiting for workers. */
const WAITING_SECONDS = 60;

/** Reads figures of all workflows. Without a filter, no query scans all rows. */
export class PostgresStateStore implements StateStore {
  readonly #tableSizes: () => Promise<TableSize[]>;

  constructor(private readonly database: Knex) {
    this.#tableSizes = tableSizesReader(database);
  }

  async recentBatchDurations(name: string): Promise<number[]> {
    const rows = await rowsOf<{ seconds: number }>(
      this.database,
      `select extract(epoch from completed_at - started_at)::float as seconds from batches
        where name = ? and status = 'Completed' order by id desc limit 20`,
      [name],
    );
    return rows.map(({ seconds }) => seconds);
  }

  async counts(visible?: VisibleWork): Promise<WorkflowCounts> {
    if (visible && (visible.tasks ?? visible.batches)) return (await this.#visibleWork(visible)).counts;
    return countsOf(await readTally(this.database, ['workflow', 'batch']));
  }

  /** Counts visible work row by row. */
  async #visibleWork({ tasks, batches }: VisibleWork): Promise<{ counts: WorkflowCounts; tally: Tally }> {
    const byStatus = (table: 'tasks' | 'batches', kind: string) =>
      this.database(table)
        .where(`${table}.kind`, kind)
        .select<{ status: string; n: string; seconds: number | null }[]>(
          'status',
          this.database.raw('count(*) as n'),
          this.database.raw('sum(extract(epoch from completed_at - started_at))::float as seconds'),
        )
        .groupBy('status');
    const [workflows, ofBatches] = [byStatus('tasks', 'workflow'), byStatus('batches', 'batch')];
    onlyVisibleTasks(workflows, tasks);
    onlyVisible(ofBatches, 'batches', batches);
    const rows = (await Promise.all([workflows, ofBatches])).flat();
    const of = (status: string) => rows.filter((row) => row.status === status);
    const count = (status: string) => of(status).reduce((sum, { n }) => sum + Number(n), 0);
    const tally = {
      submitted: rows.reduce((sum, { n }) => sum + Number(n), 0),
      completed: count('Completed'),
      failed: count('Failed'),
      cancelled: count('Cancelled'),
      rolledBack: count('RolledBack'),
      seconds: of('Completed').reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    };
    return { counts: countsOf(tally), tally };
  }

  async statistics(visible?: VisibleWork): Promise<Statistics> {
    const snapshotsOfOpen = this.database
      .from(this.database.raw('events_of_open_tasks(?::text[]) as events', [snapshotTypesOf('task')]))
      .join('tasks', 'tasks.id', 'events.task_id')
      .select<{ n: number }[]>(this.database.raw('count(*)::int as n'));
    onlyVisibleTasks(snapshotsOfOpen, visible?.tasks);
    const [work, snapshots, tables] = await Promise.all([
      visible && (visible.tasks ?? visible.batches)
        ? this.#visibleWork(visible)
        : readTally(this.database, ['workflow', 'batch']).then((tally) => ({
            counts: countsOf(tally),
            tally,
          })),
      snapshotsOfOpen,
      this.#tableSizes(),
    ]);
    const { tally } = work;
    return {
      totalWorkflows: tally.submitted,
      activeSnapshots: snapshots[0]?.n ?? 0,
      tables,
      averageDuration: tally.completed > 0 ? tally.seconds / tally.completed : null,
    };
  }

  series(range: SeriesRange, visible: VisibleTasks | undefined): Promise<Series> {
    return readSeries(this.database, range, visible);
  }

  async workforce(): Promise<Workforce> {
    const [row] = await rowsOf<{ alive: number; faults: string[] | null; waits: boolean }>(
      this.database,
      `select w.alive, w.faults,
              exists (select from tasks where status = 'Ready' and ready_at < now() - make_interval(secs => ?)) as waits
         from (select count(*)::int as alive, array_agg(host || ': ' || fault) filter (where fault is not null) as faults
                 from workers where state = 'alive' and lease_until > now()) w`,
      [WAITING_SECONDS],
    );
    return { aliveWorkers: row?.alive ?? 0, workerFaults: row?.faults ?? [], workWaits: row?.waits ?? false };
  }
}

function countsOf({ submitted, completed, failed, rolledBack, cancelled }: Tally): WorkflowCounts {
  return {
    total: submitted,
    active: Math.max(0, submitted - completed - failed - rolledBack - cancelled),
    completed,
    failed: failed + rolledBack,
    cancelled,
  };
}
