import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { AuditOutbox, AuditPage } from '../../domain/audit/audit-forwarder.js';
import { auditRecordOf, type AuditableEvent, type AuditRecord } from '../../domain/audit/audit-record.js';
import type { Backlog, BacklogMeter } from '../../domain/audit/audit-backlog.js';
import { isAudited, type RecordedEventType } from '../../domain/event/catalogue.js';
import type { RollbackScope } from '../../domain/rollback/rollback.js';
import type { TaskKind } from '../../domain/task/task.js';
import type { ActorRow } from './actor-row.js';
import { EventFeed } from '../events/event-feed.js';
import { OUTLINE, type EventPlace, type Known } from '../events/event-rows.js';
import { rowsOf } from '../rows.js';

const CONSUMER = 'audit';
/** Longer than sending takes, so that no other process sends at the same time. */
const TURN_SECONDS = 30;

interface EventRow {
  id: string;
  at: Date;
  type: RecordedEventType;
  status: string;
  attempt: number;
  details: Record<string, unknown>;
  actor: ActorRow | null;
  submitter: Partial<ActorRow> | null;
  task_id: string | null;
  kind: TaskKind;
  name: string;
  infra: string;
  check_mode: boolean;
  program: string;
  verb: string[];
  args: string[];
  commands: string[] | null;
  op_key: string | null;
  retry_of: string | null;
  batch_id: string | null;
  batch_kind: 'batch' | 'rollback';
  batch_name: string;
  scope: RollbackScope | null;
  resume_of: string | null;
  infras: string[];
}

// The command line of an operation is part of its spec. Old tasks and batches have no actor, only these three members.
const WITH_SUBJECTS = `
  select e.id, e.at, e.type, e.status, e.attempt, e.details, e.actor,
         coalesce(t.actor, b.actor, case when t.id is not null
           then jsonb_build_object('user_id', t.created_by, 'username', t.created_by_name, 'request_id', t.request_id)
           when b.id is not null
           then jsonb_build_object('user_id', b.created_by, 'username', b.created_by_name, 'request_id', b.request_id)
           end) as submitter,
         t.id as task_id, t.kind, t.name, t.infra, t.check_mode, t.program, t.verb, t.args, t.op_key, t.retry_of,
         case when t.program = 'commands' then
           (select s.spec -> case when t.compensates is null then 'commands' else 'undo_commands' end
              from task_specs s where s.task_id = coalesce(t.compensates, t.id)) end as commands,
         b.id as batch_id, b.kind as batch_kind, b.name as batch_name, b.scope, b.resume_of, b.infras
    from events e
    left join tasks t on t.id = coalesce(e.task_id, (e.details ->> 'task_id')::uuid)
    left join batches b on b.id = coalesce(e.batch_id, t.batch_id)
   where e.seq = any (:seqs::bigint[]) and e.at between :from and :to
   order by e.seq`;

/** Reads the event history for the audit trail. Each change has recorded its events in its own transaction. */
export class PostgresAuditOutbox implements AuditOutbox, BacklogMeter {
  readonly #holder = uuidv7();

  readonly #feed: EventFeed<EventPlace, Known<EventPlace>>;

  constructor(private readonly database: Knex) {
    this.#feed = new EventFeed(database, OUTLINE);
  }

  async next(limit: number): Promise<AuditPage | undefined> {
    const [turn] = await rowsOf<{ position: string | null }>(
      this.database,
      'select claim_feed_turn(?, ?, ?) as position',
      [CONSUMER, this.#holder, TURN_SECONDS],
    );
    if (turn?.position == null) return undefined;
    const after = Number(turn.position);
    const { events, position, more } = await this.#feed.next(after, limit);
    const audited = events.filter(({ type }) => isAudited(type));
    return { records: await this.#recordsOf(audited), position, moved: position > after, more };
  }

  async #recordsOf(events: readonly EventPlace[]): Promise<AuditRecord[]> {
    if (events.length === 0) return [];
    const times = events.map(({ at }) => at.getTime());
    const rows = await rowsOf<EventRow>(this.database, WITH_SUBJECTS, {
      seqs: events.map(({ seq }) => seq),
      // Dates have whole milliseconds, times of Postgres have microseconds.
      from: new Date(Math.min(...times)),
      to: new Date(Math.max(...times) + 1),
    });
    return rows.map(toEvent).flatMap((event) => auditRecordOf(event) ?? []);
  }

  async arrived(position: number): Promise<void> {
    await rowsOf(this.database, 'select advance_feed(?, ?, ?::bigint)', [CONSUMER, this.#holder, position]);
  }

  async release(): Promise<void> {
    await rowsOf(this.database, 'select release_feed_turn(?, ?)', [CONSUMER, this.#holder]);
  }

  async read(most: number): Promise<Backlog> {
    const [backlog] = await rowsOf<Backlog>(this.database, 'select * from backlog_of(?, ?)', [
      CONSUMER,
      most,
    ]);
    return backlog ?? { rows: 0, oldest: null };
  }
}

function toEvent(row: EventRow): AuditableEvent {
  const { id, at, type, status, attempt, details, actor, submitter } = row;
  const who: Partial<ActorRow> = actor ?? submitter ?? {};
  return {
    id,
    at,
    type,
    status,
    attempt,
    details,
    byHand: actor !== null,
    actor: {
      userId: who.user_id ?? null,
      username: who.username ?? null,
      sessionId: who.session_id ?? null,
      ip: who.ip ?? null,
      requestId: who.request_id ?? null,
    },
    task: row.task_id === null ? null : taskOf(row, row.task_id),
    batch: row.batch_id === null ? null : batchOf(row, row.batch_id),
  };
}

function taskOf(row: EventRow, id: string): AuditableEvent['task'] {
  const { kind, name, infra, check_mode: checkMode, program, verb, args, commands } = row;
  return {
    id,
    kind,
    name,
    infra,
    checkMode,
    operation: row.op_key,
    retryOf: row.retry_of,
    argv: commands ?? [program, ...verb, ...args],
  };
}

function batchOf(row: EventRow, id: string): AuditableEvent['batch'] {
  const { batch_kind: kind, batch_name: name, scope, resume_of: resumeOf, infras } = row;
  return { id, kind, name, scope, resumeOf, infras };
}
