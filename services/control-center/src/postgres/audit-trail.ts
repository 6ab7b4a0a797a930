import { Failure, isFailure } from '@provisioning/errors';
import { isPostgresAway } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { AuditTrail, NewAuditRecord } from '../domain/audit/audit-record.js';
import {
  chained,
  CHAIN_START,
  type AuditEvent,
  type ChainedRecord,
  type ChainEnd,
} from '../domain/audit/chain.js';
import type { Clock } from '../domain/ports.js';
import { storable } from './audit-event.js';

/**
 * Appends within the transaction of its caller, who comes to an end soon after: from the first append until then nobody
 * else can append. Whoever waits for it must not hold what others need meanwhile, so it is the last thing a transaction
 * does.
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
    await this.#write(
      records.map(({ details, ...record }) => ({
        ...record,
        eventId: uuidv7(),
        at,
        service: 'control-center',
        details: JSON.stringify(details),
      })),
    );
  }

  /** Each once, however often it comes. @returns how many of them were new. */
  async appendNew(events: readonly AuditEvent[]): Promise<number> {
    const once = [...new Map(events.map((event) => [event.eventId, event])).values()];
    return this.#write(once, true);
  }

  async #write(events: readonly AuditEvent[], mayBeKnown = false): Promise<number> {
    try {
      await this.transaction.raw(`select pg_advisory_xact_lock(hashtext('control_center.audit_log'))`);
      const fresh = mayBeKnown ? await this.#unknown(events) : events;
      if (fresh.length > 0) await this.#insert(chained(await this.#end(), fresh.map(storable)));
      return fresh.length;
    } catch (error) {
      throw isFailure(error) || isPostgresAway(error) ? error : unwritable(error);
    }
  }

  async #unknown(events: readonly AuditEvent[]): Promise<AuditEvent[]> {
    const { rows } = (await this.transaction.raw('select event_id from audit_log where event_id = any (?)', [
      events.map(({ eventId }) => eventId),
    ])) as { rows: { event_id: string }[] };
    const known = new Set(rows.map(({ event_id }) => event_id));
    return events.filter(({ eventId }) => !known.has(eventId));
  }

  /** A statement of its own after the lock: one that waited would still see the end as it was before. */
  async #end(): Promise<ChainEnd> {
    const { rows } = (await this.transaction.raw(
      'select seq, hash from audit_log order by seq desc limit 1',
    )) as { rows: { seq: string; hash: string }[] };
    const row = rows[0];
    return row === undefined ? CHAIN_START : { seq: Number(row.seq), hash: row.hash };
  }

  async #insert(records: readonly ChainedRecord[]): Promise<void> {
    const columns: [name: string, type: string, of: keyof ChainedRecord][] = [
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
    await this.transaction.raw(
      `insert into audit_log (${columns.map(([name]) => name).join(', ')})
       select * from unnest(${columns.map(([, type]) => `?::${type}[]`).join(', ')})`,
      // Knex knows no list with nulls in it; the driver does.
      columns.map(([, , member]) => records.map((record) => record[member]) as string[]),
    );
  }
}

/** What cannot be put down is not done. */
function unwritable(cause: unknown): Failure {
  return new Failure(
    'unavailable',
    'The audit trail cannot be written, so nothing was done. Try again later; if it stays so, ask the operators of the control center.',
    { code: 'audit_unavailable', retryAfter: 5, cause },
  );
}
