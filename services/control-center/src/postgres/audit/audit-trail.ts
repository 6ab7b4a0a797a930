import { Failure, isFailure } from '@provisioning/errors';
import { isPostgresAway, preparedRowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { AuditTrail, NewAuditRecord } from '../../domain/audit/audit-record.js';
import {
  chained,
  CHAIN_START,
  type AuditEvent,
  type ChainedRecord,
  type ChainEnd,
} from '../../domain/audit/chain.js';
import type { Clock } from '../../domain/clock.js';
import { conflictReport, contentOf, storable } from './audit-event.js';

interface Compared {
  fresh: AuditEvent[];
  /** Ids that are stored with different content. */
  conflicting: AuditEvent[];
  /** The records that report them. */
  reports: AuditEvent[];
}

const COLUMNS: readonly [name: string, type: string, of: keyof ChainedRecord][] = [
  ['seq', 'bigint', 'seq'],
  ['event_id', 'text', 'eventId'],
  ['at', 'text', 'at'],
  ['service', 'text', 'service'],
  ['user_id', 'text', 'userId'],
  ['username', 'text', 'username'],
  ['session_id', 'text', 'sessionId'],
  ['ip', 'text', 'ip'],
  ['request_id', 'text', 'requestId'],
  ['action', 'text', 'action'],
  ['resource', 'text', 'resource'],
  ['result', 'text', 'result'],
  ['details', 'text', 'details'],
  ['prev_hash', 'text', 'prevHash'],
  ['hash', 'text', 'hash'],
];
const INSERT = `
  insert into audit_log (${COLUMNS.map(([name]) => name).join(', ')})
    select * from unnest(${COLUMNS.map(([, type]) => `?::${type}[]`).join(', ')})`;

const LOCK = `select pg_advisory_xact_lock(hashtext('control_center.audit_log'))`;

/**
 * Appends within the transaction of the caller: from the first append until it ends, no other transaction can append.
 * It must therefore be the last step of a transaction.
 */
export class PostgresAuditTrail implements AuditTrail {
  constructor(
    private readonly transaction: Knex,
    private readonly clock: Clock = () => new Date(),
  ) {}

  append(record: NewAuditRecord): Promise<void> {
    return this.appendAll([record]);
  }

  async appendAll(records: readonly NewAuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    const at = this.clock().toISOString();
    const fresh = records.map((record) => eventOf(record, at));
    await this.#write(() => Promise.resolve({ fresh, conflicting: [], reports: [] }));
  }

  /**
   * Appends a record that states a gap before it: its details get `after` and `upto`, see `gap.ts`.
   * @param atLeast the gap includes this number.
   * @param more how many numbers are left out beyond that, and beyond the newest record.
   */
  async appendAfterGap(atLeast: number, more: number, record: NewAuditRecord): Promise<void> {
    await this.transaction.raw(LOCK);
    const { seq: after, hash } = await this.#end();
    const upto = Math.max(after, atLeast) + more;
    const event = eventOf(
      { ...record, details: { ...record.details, after, upto } },
      this.clock().toISOString(),
    );
    await this.#insert(chained({ seq: upto, hash }, [event]));
  }

  /**
   * Appends each event once, however often it is sent. One with different content than the first of its id is reported
   * by a record instead.
   * @param onConflict called with the id of each of those.
   * @returns the number of new events.
   */
  async appendNew(
    events: readonly AuditEvent[],
    onConflict: (eventId: string) => void = () => undefined,
  ): Promise<number> {
    const { fresh, conflicting } = await this.#write(() => this.#compare(events.map(storable)));
    for (const { eventId } of conflicting) onConflict(eventId);
    return fresh.length;
  }

  /** @param choose returns what to write, once no other process can append. */
  async #write(choose: () => Promise<Compared>): Promise<Compared> {
    try {
      await this.transaction.raw(LOCK);
      const chosen = await choose();
      const records = [...chosen.fresh, ...chosen.reports];
      if (records.length > 0) await this.#insert(chained(await this.#end(), records));
      return chosen;
    } catch (error) {
      throw isFailure(error) || isPostgresAway(error) ? error : unwritable(error);
    }
  }

  async #compare(events: readonly AuditEvent[]): Promise<Compared> {
    const known = await this.#known(events);
    const fresh: AuditEvent[] = [];
    const conflicting: AuditEvent[] = [];
    for (const event of events) {
      const first = known.get(event.eventId);
      if (first === undefined) {
        known.set(event.eventId, event);
        fresh.push(event);
      } else if (contentOf(first) !== contentOf(event)) conflicting.push(event);
    }
    const reports = new Map(
      conflicting.map((event) => conflictReport(event, this.clock())).map((each) => [each.eventId, each]),
    );
    const reported = await this.#known([...reports.values()]);
    return {
      fresh,
      conflicting,
      reports: [...reports.values()].filter(({ eventId }) => !reported.has(eventId)),
    };
  }

  /** Reads what is stored under the ids of these events. */
  async #known(events: readonly AuditEvent[]): Promise<Map<string, AuditEvent>> {
    if (events.length === 0) return new Map();
    const rows = await preparedRowsOf<AuditEvent>(
      this.transaction,
      'audit_known',
      `select event_id as "eventId", at, service, user_id as "userId", username, session_id as "sessionId", ip,
                request_id as "requestId", action, resource, result, details
           from audit_log where event_id = any (?)`,
      [events.map(({ eventId }) => eventId)],
    );
    return new Map(rows.map((row) => [row.eventId, row]));
  }

  /**
   * A separate statement after the lock: one that waited for the lock would still see the end as it was before.
   */
  async #end(): Promise<ChainEnd> {
    const [row] = await preparedRowsOf<{ seq: string; hash: string }>(
      this.transaction,
      'audit_end',
      'select seq, hash from audit_log order by seq desc limit 1',
      [],
    );
    return row === undefined ? CHAIN_START : { seq: Number(row.seq), hash: row.hash };
  }

  /** A prepared statement: each connection parses and plans it once. */
  async #insert(records: readonly ChainedRecord[]): Promise<void> {
    await this.transaction
      .raw(
        INSERT,
        // Safe cast: Knex does not type a list that contains null; the driver binds it.
        COLUMNS.map(([, , member]) => records.map((record) => record[member]) as string[]),
      )
      .options({ name: 'audit_append' });
  }
}

function eventOf({ details, ...record }: NewAuditRecord, at: string): AuditEvent {
  return storable({
    ...record,
    eventId: uuidv7(),
    at,
    service: 'control-center',
    details: JSON.stringify(details),
  });
}

/** A change that cannot be recorded is not made. */
function unwritable(cause: unknown): Failure {
  return new Failure(
    'unavailable',
    'The audit trail cannot be written, so the request was not carried out. Try again later, or ask the operators of the control center.',
    { code: 'audit_unavailable', retryAfter: 5, cause },
  );
}
