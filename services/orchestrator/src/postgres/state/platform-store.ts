import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Actor } from '../../domain/audit/actor.js';
import type {
  Lock,
  PlatformStore,
  ResourceCounts,
  WorkerSummary,
  WorkSummary,
} from '../../domain/platform/platform.js';
import { OPEN_BATCHES } from '../../domain/batch/batch.js';
import { PENDING_TASKS, RUNNING_TASKS, type WaitingFor } from '../../domain/task/task.js';
import { onlyVisible, onlyVisibleTasks } from '../access/visible-rows.js';
import { recordEvent } from '../events/record-event.js';
import { grouped } from '../grouped.js';

interface LockRow {
  infra: string;
  holder_id: string;
  holder_kind: 'task' | 'batch' | 'plan';
  since: Date;
  granted: boolean;
  total: number;
}

/** Number of waiters of a lock that are read. */
const MOST_WAITERS = 100;

/** Why a task in `tasks` waits; `queued` has the holders that wait for a lock. */
const REASON = `
  case when tasks.held is not null then 'held'
       when tasks.status = 'Ready' then 'worker'
       when tasks.status = 'RetryWait' then 'retry'
       when queued.holder_id is not null then 'lock'
       when tasks.status = 'Blocked' then 'dependency'
       else 'limit' end`;

/** Reads infras, workers and locks. Nothing here scans past work. */
export class PostgresPlatformStore implements PlatformStore {
  constructor(private readonly database: Knex) {}

  async resourceCounts(infras?: readonly string[]): Promise<Map<string, ResourceCounts>> {
    const rows = await rowsOf<ResourceCounts & { infra: string }>(
      this.database,
      `select infra, count(*) filter (where kind not in ('taskserv', 'cluster'))::int as servers,
              count(*) filter (where kind = 'taskserv')::int as taskservs,
              count(*) filter (where kind = 'cluster')::int as clusters
         from resources where :infras::text[] is null or infra = any (:infras::text[]) group by infra`,
      { infras: infras ? [...infras] : null },
    );
    return new Map(rows.map(({ infra, ...counts }) => [infra, counts]));
  }

  async locks(infras?: readonly string[]): Promise<Map<string, Lock>> {
    const rows = await rowsOf<LockRow>(
      this.database,
      `select infra, holder_id, holder_kind, coalesce(granted_at, requested_at) as since,
              granted_at is not null as granted, total::int
         from (select l.*, row_number() over (partition by infra order by ticket) as position,
                      count(*) over (partition by infra) as total
                 from locks l where :infras::text[] is null or infra = any (:infras::text[])) queue
        where position <= :most::int + 1 order by infra, position`,
      { infras: infras ? [...infras] : null, most: MOST_WAITERS },
    );
    const queues = grouped(rows, ({ infra }) => infra);
    return new Map([...queues].map(([infra, [first, ...others]]) => [infra, toLock(first!, others)]));
  }

  workers(): Promise<WorkerSummary[]> {
    return workersIn(this.database);
  }

  drainWorker(id: string, actor: Actor): Promise<WorkerSummary | undefined> {
    return this.database.transaction(async (transaction) => {
      const {
        rows: [drain],
      } = await transaction.raw<{ rows: { is_new: boolean }[] }>('select drain_worker(?) as is_new', [id]);
      if (drain?.is_new)
        await recordEvent(transaction, {
          type: 'told',
          status: 'Done',
          details: { action: 'worker.drain', resource: `workers/${id}` },
          actor,
        });
      return (await workersIn(transaction, id))[0];
    });
  }

  async summary({ tasks, batches }: Parameters<PlatformStore['summary']>[0]): Promise<WorkSummary> {
    const { database } = this;
    const waiting = database('tasks')
      .whereIn('tasks.status', PENDING_TASKS)
      .joinRaw(
        `left join (select distinct holder_id from locks where granted_at is null) queued
           on queued.holder_id = coalesce(tasks.batch_id, tasks.id)`,
      )
      .select<{ reason: WaitingFor['reason']; tasks: number; oldest: Date }[]>(
        database.raw(`${REASON} as reason`),
        database.raw('count(*)::int as tasks'),
        database.raw('min(tasks.created_at) as oldest'),
      )
      .groupByRaw('1')
      .orderBy('oldest');
    const running = database('tasks').whereIn('tasks.status', RUNNING_TASKS).count({ n: '*' });
    // A task that runs for longer than a week and fails is left out: its id is too old for the index.
    const failed = database('tasks')
      .where('tasks.status', 'Failed')
      .whereRaw(
        "tasks.id >= id_at(now() - interval '8 days') and tasks.completed_at >= now() - interval '1 day'",
      )
      .count({ n: '*' });
    const open = database('batches')
      .where('batches.kind', 'batch')
      .whereIn('batches.status', OPEN_BATCHES)
      .select<{ status: string; n: number }[]>('batches.status', database.raw('count(*)::int as n'))
      .groupBy('batches.status');
    for (const query of [waiting, running, failed]) onlyVisibleTasks(query, tasks);
    onlyVisible(open, 'batches', batches);
    const [reasons, ofRunning, ofFailed, statuses, [rest]] = await Promise.all([
      waiting,
      running,
      failed,
      open,
      rowsOf<{ alive: number; overdue: number; held: number; waiting: number; as_of: Date }>(
        database,
        `select (select count(*)::int from workers where state = 'alive' and lease_until > now()) as alive,
                (select count(*)::int from workers where state = 'alive' and lease_until <= now()) as overdue,
                (select count(*)::int from locks where granted_at is not null) as held,
                (select count(*)::int from locks where granted_at is null) as waiting, now() as as_of`,
      ),
    ]);
    const { alive, overdue, held, waiting: queued, as_of: asOf } = rest!;
    const batchesIn = (status: string) => statuses.find((row) => row.status === status)?.n ?? 0;
    return {
      tasks: {
        pending: reasons.reduce((sum, reason) => sum + reason.tasks, 0),
        running: Number(ofRunning[0]?.['n'] ?? 0),
        failedLastDay: Number(ofFailed[0]?.['n'] ?? 0),
      },
      waiting: reasons,
      batches: {
        pending: batchesIn('Pending'),
        running: batchesIn('Running'),
        rollingBack: batchesIn('RollingBack'),
      },
      workers: { alive, overdue },
      locks: { held, waiting: queued },
      asOf,
    };
  }
}

function toLock(first: LockRow, others: readonly LockRow[]): Lock {
  const place = ({ holder_id: holderId, holder_kind: holderKind, since }: LockRow) => ({
    holderId,
    holderKind,
    since,
  });
  return {
    infra: first.infra,
    holder: { ...place(first), granted: first.granted },
    queue: others.map(place),
    waiting: first.total - 1,
  };
}

/** The workers that are alive, or the one with this id. */
async function workersIn(database: Knex, id?: string): Promise<WorkerSummary[]> {
  const rows = await rowsOf<
    Omit<WorkerSummary, 'leaseLeft' | 'startedAt' | 'drainingSince'> & {
      left: number;
      started_at: Date;
      draining_since: Date | null;
    }
  >(
    database,
    `select w.id, w.host, w.slot, case when w.lease_until > now() then 'alive' else 'overdue' end as state,
            (select count(*)::int from tasks t where t.worker_id = w.id and t.status in ('Running', 'Unknown')) as running,
            round(extract(epoch from w.lease_until - now()), 1)::float as left, w.started_at, w.fault, w.draining_since
       from workers w where w.state = 'alive' and (:id::uuid is null or w.id = :id) order by w.host, w.slot, w.id limit 1000`,
    { id: id ?? null },
  );
  return rows.map(({ left, started_at: startedAt, draining_since: drainingSince, ...rest }) => ({
    ...rest,
    leaseLeft: left,
    startedAt,
    drainingSince,
  }));
}
