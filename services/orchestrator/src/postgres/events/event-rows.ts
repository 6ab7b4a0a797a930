import { preparedRowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { isRecordedEventType, type RecordedEventType } from '../../domain/event/catalogue.js';
import type {
  BatchSubject,
  PlanSubject,
  RecordedEvent,
  TaskSubject,
} from '../../domain/event/recorded-event.js';

/** Longer log chunks are cut; `/tasks/{id}/logs` has them in full. */
const LOG_CHARACTERS = 32_768;
/** Pages up to this are filled with entries of one event; larger ones expect chunks of several. */
const FEW = 100;

/** Numbers of a chunk: an event's number is that of its chunk, a multiple of this, and its place. */
export const CHUNK = 4_096;

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
  columns: `e.at, e.task_id, e.attempt, e.type, e.status, e.details, e.first_line, e.line_count, e.text, e.truncated,
            t.kind as task_kind, t.name as task_name, t.infra, t.check_mode, t.op_key,
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

/** Events of some types without log chunks. Tasks and batches are looked up for these only. */
export function changesOf(
  name: string,
  types: readonly RecordedEventType[],
): Reading<EventRow, RecordedEvent> {
  const wanted = new Set(types);
  return {
    name,
    text: false,
    columns: WITH_SUBJECTS.columns,
    joins: `left join tasks t on ${isOneOf(types)} and t.id = e.task_id
            left join batches b on ${isOneOf(types)} and b.id = coalesce(e.of_batch, t.batch_id)`,
    toEvent: (row) => (wanted.has(row.type) ? toEvent(row) : undefined),
  };
}

/** A condition of SQL: the event has one of the types. They are names of the catalogue. */
export function isOneOf(types: readonly RecordedEventType[]): string {
  return `e.type = any ('{${types.join(',')}}')`;
}

/** The row of a statement that found no event: it says only which transactions are running. */
interface NoEvent {
  seq: null;
}

interface Found<Row> {
  rows: Row[];
  /** The oldest running transaction in the snapshot of the statement. */
  oldestRunning: bigint;
  now: Date;
  /** Whether there may be more rows in the window. */
  isCut: boolean;
}

/**
 * Reads rows after a number and the oldest running transaction, in one snapshot. Chunks are read as a whole, until there are
 * `limit` rows or more. The limit is part of the text, so that Postgres plans for this number of rows.
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
  // Each of the three is read up to the same number of entries: a shorter one would leave out what is between its last and theirs.
  const entries = limit <= FEW ? limit : Math.ceil(limit / 4);
  const found = await preparedRowsOf<(Row | NoEvent) & { oldest: string; now: Date; entry: number }>(
    database,
    `${reading.name}_${limit}`,
    `select pg_snapshot_xmin(pg_current_snapshot())::text as oldest, now() as now, e.entry::float8 as entry,
            ${reading.columns}, e.seq::float8 as seq
       from (select ?::bigint as position) as asked
       left join lateral (
         select page.number as entry, page.number + coalesce(own.place - 1, 0) as seq, page.id, page.at,
                coalesce(own.task_id, page.task_id) as task_id, page.of_batch, coalesce(own.attempt, page.attempt) as attempt,
                page.type, page.status, page.actor, first_line, line_count, text, truncated,
                case when page.own is null then page.details
                     else page.details || coalesce(page.own -> (own.place::int - 1), '{}') end as details
           from (
             select merged.*, sum(coalesce(cardinality(task_ids), 1) - greatest(0, asked.position - number + 1))
                      over (order by number rows between unbounded preceding and 1 preceding) as before
               from (
                 (select seq as number, id, at, task_id, batch_id as of_batch, attempt, type, status, details, actor,
                         null::uuid[] as task_ids, null::int[] as attempts, null::jsonb as own,
                         null::bigint as first_line, null::int as line_count, null as text, null::boolean as truncated
                    from event_rows where seq > ? and at >= ? and at < ? order by seq limit ${entries})
                 union all
                 (select number, null, at, null, batch_id, null, type, status, details, actor, task_ids, attempts, own,
                         null, null, null, null
                    from event_chunks where number > ?::bigint - ${CHUNK} and number + cardinality(task_ids) - 1 > ?
                     and at >= ? and at < ? order by number limit ${entries})
                 union all
                 (select seq, null, at, task_id, null, attempt, 'log', '', '{}', null, null, null, null,
                         first_line, line_count, ${text}
                    from task_logs where seq > ? and at >= ? and at < ? order by seq limit ${entries})
                 order by number limit ${entries}
               ) merged
           ) page
           left join lateral unnest(page.task_ids, page.attempts) with ordinality as own (task_id, attempt, place) on true
          where coalesce(page.before, 0) < ${limit} and page.number + coalesce(own.place - 1, 0) > asked.position
       ) e on true
       ${reading.joins}
      order by e.seq`,
    [after, after, from, to, after, after, from, to, after, from, to],
  );
  const [first] = found;
  const rows = found.filter(
    (row): row is Row & { oldest: string; now: Date; entry: number } => row.seq !== null,
  );
  return {
    rows,
    oldestRunning: BigInt(first!.oldest),
    now: first!.now,
    isCut: rows.length >= limit || new Set(rows.map(({ entry }) => entry)).size >= entries,
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
    plan: row.type === 'plan_changed' ? planOf(row.details) : null,
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

/** The plan of an event, from the details that `record_plan_event` (functions/58_plans.sql) stores. */
function planOf(details: Record<string, unknown>): PlanSubject {
  // Safe cast: that function writes these members from columns that are not null.
  const { plan_id: id, kind, name, infras, scope_id: scopeId } = details as unknown as PlanDetails;
  return { id, kind, name, infras, scopeId, scope: null };
}

interface PlanDetails extends Pick<PlanSubject, 'kind' | 'name' | 'infras'> {
  plan_id: string;
  scope_id: string;
}
