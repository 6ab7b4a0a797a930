import type { TaskStatus, WaitingFor } from '../../domain/task/task.js';

/** The first lock queue in which a holder waits: the present holder, the infra and the place (from 1). */
export interface LockRow {
  holder_id: string | null;
  holder_kind: 'task' | 'batch' | 'plan' | null;
  lock_infra: string | null;
  lock_place: number | null;
}

/** The columns that say why a task has not started. */
export interface WaitingRow extends Partial<LockRow> {
  status: TaskStatus;
  held: string | null;
  run_after: Date | null;
  limit_place?: number | null;
  open_dependencies?: string[] | null;
}

/** Returns the columns of {@link LockRow} for a holder. @param holder, condition expressions in SQL */
export function lockColumns(holder: string, condition: string): string {
  return `
    (select holder_id from (${queueOf(holder)}) l where ${condition}) as holder_id,
    (select holder_kind from (${queueOf(holder)}) l where ${condition}) as holder_kind,
    (select infra from (${queueOf(holder)}) l where ${condition}) as lock_infra,
    (select place from (${queueOf(holder)}) l where ${condition}) as lock_place`;
}

const queueOf = (holder: string) => `
  select head.holder_id, head.holder_kind, mine.infra,
         (select count(*)::int from locks before
           where before.infra = mine.infra and before.ticket < mine.ticket and before.granted_at is null) + 1 as place
    from locks mine
    cross join lateral (select * from locks first where first.infra = mine.infra order by ticket limit 1) head
   where mine.holder_id = ${holder} and head.ticket < mine.ticket order by mine.infra limit 1`;

/** Columns of {@link WaitingRow} for `tasks t`, besides the columns of `tasks`. */
export const WAITING_COLUMNS = `
  ${lockColumns('coalesce(t.batch_id, t.id)', `t.status in ('Blocked', 'Waiting')`)},
  t.run_after, t.held,
  case when t.status = 'Waiting' and t.batch_id is not null then
    (select count(*)::int + 1 from tasks w where w.batch_id = t.batch_id and w.status = 'Waiting' and w.seq < t.seq)
  end as limit_place,
  case when t.status = 'Blocked' then
    array(select d.op_key from unnest(t.depends_on) as needed join tasks d on d.id = needed
           where d.status <> 'Completed' order by d.seq limit 20)
  end as open_dependencies`;

const TERMINAL: ReadonlySet<TaskStatus> = new Set(['Completed', 'Failed', 'Cancelled']);

/** Says why a task waits; null if it does not. */
export function waitingFor(row: WaitingRow): WaitingFor | null {
  if (row.held !== null && !TERMINAL.has(row.status)) return { reason: 'held' };
  switch (row.status) {
    case 'Blocked':
    case 'Waiting':
      return (
        waitingForLock(row) ??
        (row.status === 'Blocked'
          ? { reason: 'dependency', operations: row.open_dependencies ?? [] }
          : { reason: 'limit', place: row.limit_place ?? 1 })
      );
    case 'RetryWait':
      return row.run_after && { reason: 'retry', at: row.run_after };
    case 'Ready':
      return { reason: 'worker' };
    default:
      return null;
  }
}

/** Says for which lock a holder waits; null if it waits for none. */
export function waitingForLock(row: Partial<LockRow>): WaitingFor | null {
  const { holder_id: id, holder_kind: kind, lock_infra: infra, lock_place: place } = row;
  return infra
    ? { reason: 'lock', infra, place: place ?? 1, holder: id && kind ? { id, kind } : null }
    : null;
}
