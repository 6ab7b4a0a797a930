import { preparedRowsOf, rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { AuditOutbox, AuditPage } from '../../domain/audit/audit-forwarder.js';
import { auditRecordOf, type AuditableEvent, type AuditRecord } from '../../domain/audit/audit-record.js';
import type { Backlog, BacklogMeter } from '../../domain/audit/audit-backlog.js';
import { auditedTypes, type RecordedEventType } from '../../domain/event/catalogue.js';
import type { RollbackScope } from '../../domain/rollback/rollback.js';
import type { TaskKind } from '../../domain/task/task.js';
import type { ActorRow } from './actor-row.js';
import { EventFeed } from '../events/event-feed.js';
import { isOneOf, type EventPlace, type Reading } from '../events/event-rows.js';

const CONSUMER = 'audit';
/** Longer than sending takes, so that no other process sends at the same time. */
const TURN_SECONDS = 30;

/** An event with its task. */
interface AuditedRow extends EventPlace {
  id: string;
  type: RecordedEventType;
  status: string;
  attempt: number;
  details: Record<string, unknown>;
  actor: ActorRow | null;
  of_batch: string | null;
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
  submitter: Partial<ActorRow> | null;
}

interface BatchRow {
  id: string;
  kind: 'batch' | 'rollback';
  name: string;
  scope: RollbackScope | null;
  resume_of: string | null;
  infras: string[];
  submitter: Partial<ActorRow> | null;
}

const AUDITED = auditedTypes();

/**
 * Audited events. Their tasks are looked up with them, their batches once for each page. The command line of an operation is
 * part of its spec. A task of a batch has the actor of the batch; old tasks have no actor, only these three members.
 */
const AUDIT: Reading<AuditedRow, AuditedRow> = {
  name: 'events_audited',
  text: false,
  columns: `coalesce(e.id, event_id(e.at, e.seq)) as id, e.at, e.type, e.status, e.attempt, e.details, e.actor,
            coalesce(e.of_batch, t.batch_id) as of_batch, t.id as task_id, t.kind, t.name, t.infra, t.check_mode, t.program,
            t.verb, t.args, t.op_key, t.retry_of,
            case when t.id is not null and t.batch_id is null then coalesce(t.actor, jsonb_build_object(
              'user_id', t.created_by, 'username', t.created_by_name, 'request_id', t.request_id)) end as submitter,
            case when t.program = 'commands' then
              (select s.spec -> case when t.compensates is null then 'commands' else 'undo_commands' end
                 from task_specs s where s.task_id = coalesce(t.compensates, t.id)) end as commands`,
  joins: `left join tasks t on ${isOneOf(AUDITED)} and t.id = coalesce(e.task_id, (e.details ->> 'task_id')::uuid)`,
  toEvent: (row) => (AUDITED.includes(row.type) ? row : undefined),
};

const BATCHES = `
  select id, kind, name, scope, resume_of, infras,
         coalesce(actor, jsonb_build_object(
           'user_id', created_by, 'username', created_by_name, 'request_id', request_id)) as submitter
    from batches where id = any (?::uuid[])`;

/** Reads the event history for the audit trail. Each change has recorded its events in its own transaction. */
export class PostgresAuditOutbox implements AuditOutbox, BacklogMeter {
  readonly #holder = uuidv7();

  readonly #feed: EventFeed<AuditedRow, AuditedRow>;

  constructor(private readonly database: Knex) {
    this.#feed = new EventFeed(database, AUDIT);
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
    return { records: await this.#recordsOf(events), position, moved: position > after, more };
  }

  async #recordsOf(rows: readonly AuditedRow[]): Promise<AuditRecord[]> {
    const ids = new Set(rows.flatMap(({ of_batch: batch }) => batch ?? []));
    const batches =
      ids.size === 0
        ? []
        : await preparedRowsOf<BatchRow>(this.database, 'audited_batches', BATCHES, [[...ids]]);
    const byId = new Map(batches.map((batch) => [batch.id, batch]));
    return rows.flatMap((row) => auditRecordOf(toEvent(row, byId.get(row.of_batch ?? ''))) ?? []);
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

function toEvent(row: AuditedRow, batch: BatchRow | undefined): AuditableEvent {
  const { id, at, type, status, attempt, details, actor } = row;
  const who: Partial<ActorRow> = actor ?? row.submitter ?? batch?.submitter ?? {};
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
    batch: batch ? batchOf(batch) : null,
  };
}

function taskOf(row: AuditedRow, id: string): AuditableEvent['task'] {
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

function batchOf({ id, kind, name, scope, resume_of: resumeOf, infras }: BatchRow): AuditableEvent['batch'] {
  return { id, kind, name, scope, resumeOf, infras };
}
