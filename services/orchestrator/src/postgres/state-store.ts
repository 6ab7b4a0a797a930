import type { Knex } from 'knex';
import { snapshotTypesOf } from '../domain/event/catalogue.js';
import type { StateStore } from '../domain/ports.js';
import type { Statistics, Workforce, WorkflowCounts } from '../domain/state/state.js';
import { rowsOf } from './rows.js';
import { readTally } from './tallies.js';

/** Something that could have started by then waits: workers are too few, or look away. */
const WAITING_SECONDS = 60;
/** How old the size of everything may be. */
const STORAGE_MS = 10_000;

/** Figures about everything, none of which looks at every row. */
export class PostgresStateStore implements StateStore {
  #storage = { bytes: 0, until: 0 };

  constructor(private readonly database: Knex) {}

  async kindOf(id: string): Promise<'task' | 'batch' | undefined> {
    const [row] = await rowsOf<{ kind: 'task' | 'batch' }>(
      this.database,
      `select 'task' as kind from tasks where id = :id union all select 'batch' from batches where id = :id`,
      { id },
    );
    return row?.kind;
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

  async counts(): Promise<WorkflowCounts> {
    const tally = await readTally(this.database, ['workflow', 'batch']);
    const failed = tally.failed + tally.rolledBack;
    return {
      total: tally.submitted,
      active: Math.max(0, tally.submitted - tally.completed - failed - tally.cancelled),
      completed: tally.completed,
      failed,
      cancelled: tally.cancelled,
    };
  }

  async statistics(): Promise<Statistics> {
    const [tally, snapshots, storage] = await Promise.all([
      readTally(this.database, ['workflow', 'batch']),
      rowsOf<{ n: number }>(
        this.database,
        `select count(*)::int as n from events join tasks on tasks.id = events.task_id
          where events.type = any (?::text[]) and events.at >= tasks.created_at - interval '1 hour'
            and tasks.status in ('Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait', 'Unknown')`,
        [snapshotTypesOf('task')],
      ),
      this.#storageBytes(),
    ]);
    return {
      totalWorkflows: tally.submitted,
      activeSnapshots: snapshots[0]?.n ?? 0,
      storageBytes: storage,
      averageDuration: tally.completed > 0 ? tally.seconds / tally.completed : null,
    };
  }

  /** Postgres asks the file system about every file of every table: not at each request. */
  async #storageBytes(): Promise<number> {
    if (Date.now() < this.#storage.until) return this.#storage.bytes;
    const [row] = await rowsOf<{ bytes: string }>(
      this.database,
      `select sum(pg_total_relation_size(oid)) as bytes from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r'`,
    );
    this.#storage = { bytes: Number(row?.bytes ?? 0), until: Date.now() + STORAGE_MS };
    return this.#storage.bytes;
  }

  async workforce(): Promise<Workforce> {
    const [row] = await rowsOf<{ alive: number; waits: boolean }>(
      this.database,
      `select (select count(*)::int from workers where state = 'alive' and lease_until > now()) as alive,
              exists (select from tasks where status = 'Ready' and ready_at < now() - make_interval(secs => ?)) as waits`,
      [WAITING_SECONDS],
    );
    return { aliveWorkers: row?.alive ?? 0, workWaits: row?.waits ?? false };
  }
}
