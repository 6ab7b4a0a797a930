import type { Knex } from 'knex';
import type { AuditFilter, AuditLog, AuditPage } from '../domain/audit/audit-log.js';
import type { AuditEvent, ChainedRecord } from '../domain/audit/chain.js';
import { PostgresAuditTrail } from './audit-trail.js';

export interface AuditRow {
  seq: string;
  event_id: string;
  at: string;
  service: string;
  user_id: string | null;
  username: string | null;
  session_id: string | null;
  ip: string | null;
  request_id: string | null;
  action: string;
  resource: string;
  result: string;
  details: string;
  prev_hash: string;
  hash: string;
}

const PIECE = 1000;

export class PostgresAuditLog implements AuditLog {
  constructor(private readonly database: Knex) {}

  async list(page: AuditPage): Promise<{ records: ChainedRecord[]; total: number }> {
    const query = this.#matching(page)
      .select('*')
      .orderBy('seq', 'desc')
      .limit(page.limit)
      .offset(page.offset);
    if (page.before !== undefined) void query.where('seq', '<', page.before);
    if (page.after !== undefined) void query.where('seq', '>', page.after);
    const [rows, total] = await Promise.all([query, this.#count(page)]);
    return { records: rows.map(toRecord), total };
  }

  /** By their numbers instead of a cursor, which would hold a transaction open for as long as its reader takes. */
  async *read(filter: AuditFilter): AsyncIterable<ChainedRecord[]> {
    const { last } = await this.#bounds();
    for (let after = 0; after < last;) {
      const rows = await this.#matching(filter)
        .select('*')
        .where('seq', '>', after)
        .where('seq', '<=', last)
        .orderBy('seq')
        .limit(PIECE);
      if (rows.length > 0) yield rows.map(toRecord);
      after = rows.length < PIECE ? last : Number(rows.at(-1)!.seq);
    }
  }

  keep(events: readonly AuditEvent[]): Promise<number> {
    return this.database.transaction((transaction) => new PostgresAuditTrail(transaction).appendNew(events));
  }

  /** Numbers have no gaps, so all of them are counted by looking at two. */
  async #count(filter: AuditFilter): Promise<number> {
    if (isEmpty(filter)) {
      const { first, last } = await this.#bounds();
      return last === 0 ? 0 : last - first + 1;
    }
    const counted = await this.#matching(filter).count({ total: '*' });
    return Number(counted[0]?.['total'] ?? 0);
  }

  async #bounds(): Promise<{ first: number; last: number }> {
    const bounds = await this.database<AuditRow>('audit_log')
      .min({ first: 'seq' })
      .max({ last: 'seq' })
      .first<{ first: string | null; last: string | null }>();
    return { first: Number(bounds.first ?? 0), last: Number(bounds.last ?? 0) };
  }

  #matching({ userId, action, resource, from, to }: AuditFilter) {
    const query = this.database<AuditRow>('audit_log');
    if (userId !== undefined) void query.where({ user_id: userId });
    if (action !== undefined) void query.where({ action });
    if (resource !== undefined) void query.where({ resource });
    if (from !== undefined) void query.where('at', '>=', from.toISOString());
    if (to !== undefined) void query.where('at', '<=', to.toISOString());
    return query;
  }
}

export function toRecord(row: AuditRow): ChainedRecord {
  return {
    seq: Number(row.seq),
    eventId: row.event_id,
    at: row.at,
    service: row.service,
    userId: row.user_id,
    username: row.username,
    sessionId: row.session_id,
    ip: row.ip,
    requestId: row.request_id,
    action: row.action,
    resource: row.resource,
    result: row.result,
    details: row.details,
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

function isEmpty({ userId, action, resource, from, to }: AuditFilter): boolean {
  return [userId, action, resource, from, to].every((value) => value === undefined);
}
