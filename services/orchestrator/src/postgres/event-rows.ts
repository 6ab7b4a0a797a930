import type { Knex } from 'knex';
import type { BatchSubject, RecordedEvent, TaskSubject } from '../domain/event/recorded-event.js';
import { preparedRowsOf } from './rows.js';

/** A larger chunk of the log is cut: the whole of it is at `/tasks/{id}/logs`. */
const LOG_CHARACTERS = 32_768;

export interface TimeWindow {
  from: Date | '-infinity';
  to: Date | 'infinity';
}

export interface EventRow {
  seq: number;
  at: Date;
  task_id: string | null;
  batch_id: string | null;
  attempt: number;
  type: string;
  status: string;
  details: Record<string, unknown>;
  first_line: string | null;
  line_count: number | null;
  text: string | null;
  truncated: boolean | null;
  task_kind: TaskSubject['kind'] | null;
  task_name: string;
  infra: string;
  check_mode: boolean;
  op_key: string | null;
  batch_kind: BatchSubject['kind'] | null;
  batch_name: string;
  infras: string[];
}

interface Found {
  rows: EventRow[];
  /** The oldest transaction that was running when they were read, in the same snapshot. */
  oldestRunning: bigint;
  now: Date;
}

/**
 * One snapshot: some rows after that number, and who was writing. The limit is part of the text: Postgres plans for that
 * many rows then, not for a share of all.
 */
export async function selectEvents(
  database: Knex,
  after: number,
  limit: number,
  { from, to }: TimeWindow,
  logs: boolean,
): Promise<Found> {
  const text = logs
    ? `left(text, ${LOG_CHARACTERS}) as text, length(text) > ${LOG_CHARACTERS} as truncated`
    : 'null, null';
  if (!Number.isSafeInteger(limit)) throw new Error(`${limit} is no number of events`);
  const found = await preparedRowsOf<
    Omit<EventRow, 'seq'> & { seq: string | null; oldest: string; now: Date }
  >(
    database,
    `events${logs ? '_with_logs' : ''}_${limit}`,
    `select pg_snapshot_xmin(pg_current_snapshot())::text as oldest, now() as now, e.*,
            t.kind as task_kind, t.name as task_name, t.infra, t.check_mode, t.op_key,
            b.id as batch_id, b.kind as batch_kind, b.name as batch_name, b.infras
       from (select) as always
       left join (
         (select seq, at, task_id, batch_id as of_batch, attempt, type, status, details,
                 null::bigint as first_line, null::int as line_count, null as text, null::boolean as truncated
            from events where seq > ? and at >= ? and at < ? order by seq limit ${limit})
         union all
         (select seq, at, task_id, null, attempt, 'log', '', '{}', first_line, line_count, ${text}
            from task_logs where seq > ? and at >= ? and at < ? order by seq limit ${limit})
         order by seq limit ${limit}
       ) e on true
       left join tasks t on t.id = e.task_id
       left join batches b on b.id = coalesce(e.of_batch, t.batch_id)
      order by e.seq`,
    [after, from, to, after, from, to],
  );
  const [first] = found;
  return {
    rows: found.flatMap((row) => (row.seq === null ? [] : [{ ...row, seq: Number(row.seq) }])),
    oldestRunning: BigInt(first!.oldest),
    now: first!.now,
  };
}

export function toEvent(row: EventRow): RecordedEvent {
  return {
    seq: row.seq,
    at: row.at,
    taskId: row.task_id,
    batchId: row.batch_id,
    attempt: row.attempt,
    type: row.type,
    status: row.status,
    details: row.details,
    task: row.task_kind && {
      kind: row.task_kind,
      name: row.task_name,
      infra: row.infra,
      checkMode: row.check_mode,
      operation: row.op_key,
    },
    batch: row.batch_kind && { kind: row.batch_kind, name: row.batch_name, infras: row.infras },
    log:
      row.first_line === null
        ? null
        : {
            firstLine: Number(row.first_line),
            lineCount: row.line_count ?? 0,
            text: row.text ?? '',
            truncated: row.truncated ?? false,
          },
  };
}
