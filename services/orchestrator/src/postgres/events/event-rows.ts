import type { Knex } from 'knex';
import { isRecordedEventType, type RecordedEventType } from '../../domain/event/catalogue.js';
import type { BatchSubject, RecordedEvent, TaskSubject } from '../../domain/event/recorded-event.js';
import { preparedRowsOf } from '../rows.js';

/** Longer log chunks are cut; `/tasks/{id}/logs` has them in full. */
const LOG_CHARACTERS = 32_768;

/** The partitions that a query reads: `from` inclusive, `to` exclusive. */
export interface TimeWindow {
  from: Date | '-infinity';
  to: Date | 'infinity';
}

/** An event or a log chunk with its task and batch. */
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
  task_scope: string | null;
  batch_scope: string | null;
  batch_kind: BatchSubject['kind'] | null;
  batch_name: string;
  infras: string[];
}

/** The columns that every reader needs. */
export type EventPlace = Pick<EventRow, 'seq' | 'at' | 'type'>;

/** Which columns of events are read, and how a row becomes an event. */
export interface Reading<Row extends EventPlace, Event> {
  name: string;
  /** Whether the text of log chunks is read. */
  text: boolean;
  columns: string;
  joins: string;
  /** Undefined: the row advances the position only. */
  toEvent(row: Known<Row>): Event | undefined;
}

/** A row whose type this release knows. */
export type Known<Row extends EventPlace> = Row & { type: RecordedEventType };

/**
 * Filters rows to types that this release knows. Processes of a newer release may write others during a rollout: these are
 * treated as private.
 * @param onUnknown called with the type of each skipped row
 */
export function knownRows<Row extends EventPlace>(
  rows: readonly Row[],
  onUnknown: (type: string) => void = () => undefined,
): Known<Row>[] {
  return rows.filter((row): row is Known<Row> => {
    if (isRecordedEventType(row.type)) return true;
    onUnknown(row.type);
    return false;
  });
}

const WITH_SUBJECTS = {
  columns: `e.*, t.kind as task_kind, t.name as task_name, t.infra, t.check_mode, t.op_key,
            t.scope_id as task_scope, b.scope_id as batch_scope,
            b.id as batch_id, b.kind as batch_kind, b.name as batch_name, b.infras`,
  joins: `left join tasks t on t.id = e.task_id
          left join batches b on b.id = coalesce(e.of_batch, t.batch_id)`,
};

/** All events and log chunks. */
export const EVERYTHING: Reading<EventRow, RecordedEvent> = {
  name: 'events_with_logs',
  text: true,
  ...WITH_SUBJECTS,
  toEvent,
};

/** All events without log chunks. */
export const CHANGES: Reading<EventRow, RecordedEvent> = {
  name: 'events',
  text: false,
  ...WITH_SUBJECTS,
  toEvent: (row) => (row.type === 'log' ? undefined : toEvent(row)),
};

/** Only number, time and type, for readers that select by type and look up the rest. */
export const OUTLINE: Reading<EventPlace, Known<EventPlace>> = {
  name: 'events_outline',
  text: false,
  columns: 'e.at, e.type',
  joins: '',
  toEvent: (row) => (row.type === 'log' ? undefined : row),
};

/** The row of a statement that found no event: it says only which transactions are running. */
interface NoEvent {
  seq: null;
}

interface Found<Row> {
  rows: Row[];
  /** The oldest running transaction in the snapshot of the statement. */
  oldestRunning: bigint;
  now: Date;
}

/**
 * Reads rows after a number and the oldest running transaction, in one snapshot. The limit is part of the text, so that
 * Postgres plans for this number of rows.
 */
export async function selectEvents<Row extends EventPlace>(
  database: Knex,
  after: number,
  limit: number,
  { from, to }: TimeWindow,
  reading: Reading<Row, unknown>,
): Promise<Found<Row>> {
  const text = reading.text
    ? `left(text, ${LOG_CHARACTERS}) as text, length(text) > ${LOG_CHARACTERS} as truncated`
    : 'null, null';
  if (!Number.isSafeInteger(limit)) throw new Error(`limit must be an integer, not ${limit}`);
  const found = await preparedRowsOf<(Row | NoEvent) & { oldest: string; now: Date }>(
    database,
    `${reading.name}_${limit}`,
    `select pg_snapshot_xmin(pg_current_snapshot())::text as oldest, now() as now, ${reading.columns}, e.seq::float8 as seq
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
       ${reading.joins}
      order by e.seq`,
    [after, from, to, after, from, to],
  );
  const [first] = found;
  return {
    rows: found.filter((row): row is Row & { oldest: string; now: Date } => row.seq !== null),
    oldestRunning: BigInt(first!.oldest),
    now: first!.now,
  };
}

/** The columns of a task and a batch that an event refers to. */
export type SubjectRow = Pick<
  EventRow,
  | 'task_kind'
  | 'task_name'
  | 'infra'
  | 'check_mode'
  | 'op_key'
  | 'task_scope'
  | 'batch_kind'
  | 'batch_name'
  | 'infras'
  | 'batch_scope'
>;

/** The task and the batch of a row, without their scopes. */
export function subjectsOf(row: SubjectRow): Pick<RecordedEvent, 'task' | 'batch'> {
  return {
    task: row.task_kind && {
      kind: row.task_kind,
      name: row.task_name,
      infra: row.infra,
      checkMode: row.check_mode,
      operation: row.op_key,
      scopeId: row.task_scope,
      scope: null,
    },
    batch: row.batch_kind && {
      kind: row.batch_kind,
      name: row.batch_name,
      infras: row.infras,
      scopeId: row.batch_scope,
      scope: null,
    },
  };
}

/** The event of a row. */
export function toEvent(row: Known<EventRow>): RecordedEvent {
  return {
    seq: row.seq,
    at: row.at,
    taskId: row.task_id,
    batchId: row.batch_id,
    attempt: row.attempt,
    type: row.type,
    status: row.status,
    details: row.details,
    ...subjectsOf(row),
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
