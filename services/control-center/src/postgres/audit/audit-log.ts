import { countOf, rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { AuditFilter, AuditLog, AuditPage, Bounds, KeptEvents } from '../../domain/audit/audit-log.js';
import type { AuditEvent, ChainedRecord } from '../../domain/audit/chain.js';
import type { NewAuditRecord } from '../../domain/audit/audit-record.js';
import { gapBefore, RESTORED_ACTION, type Gap } from '../../domain/audit/gap.js';
import { RETENTION_ACTION, type AuditDrops } from '../../domain/audit/retention.js';
import type { Clock } from '../../domain/clock.js';
import { PostgresAuditCounts } from './audit-counts.js';
import { PostgresAuditTrail } from './audit-trail.js';

interface AuditRow {
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

const PIECE = 500;
/** So few numbers are sorted quickly. */
const LITTLE = 50_000;

/** The audit trail in Postgres. */
export class PostgresAuditLog implements AuditLog, AuditDrops {
  constructor(
    private readonly database: Knex,
    private readonly clock?: Clock,
  ) {}

  async list(page: AuditPage): Promise<{ records: ChainedRecord[]; total: number }> {
    const { first, last } = await this.bounds();
    const isWhole = isEmpty(page);
    const gaps = isWhole ? await this.gaps() : [];
    const total = isWhole ? numberOf(first, last, gaps) : await this.#count(page);
    if (total === 0) return { records: [], total };
    const { before = last + 1, after = 0 } = page;
    // Without gaps in the numbers, a page without a filter is found without reading those before it.
    const rows =
      isWhole && gaps.length === 0
        ? await this.#newest(Math.min(before, last + 1) - page.offset, after, page.limit)
        : await this.#page(page, total, before, after);
    return { records: rows.map(toRecord), total };
  }

  #newest(before: number, after: number, limit: number) {
    return this.database<AuditRow>('audit_log')
      .where('seq', '<', before)
      .where('seq', '>', after)
      .orderBy('seq', 'desc')
      .limit(limit);
  }

  /**
   * Reads the numbers first, then their rows. Postgres expects the matches of a time range to be spread over all
   * numbers and scans from the newest; where the range is old or short, the index of times is forced instead.
   */
  #page(page: AuditPage, total: number, before: number, after: number) {
    const numbers = this.#matching(page).select('seq');
    const isOldOrLittle = total <= LITTLE || page.to !== undefined;
    const matching = isOldOrLittle && !hasOneIndex(page) ? 'as materialized' : 'as not materialized';
    return this.database
      .queryBuilder<AuditRow, AuditRow[]>()
      .select('audit_log.*')
      .from(
        this.database.raw(
          `(with matching ${matching} (?)
            select seq from matching where seq < ? and seq > ? order by seq desc limit ? offset ?) as page`,
          [numbers, before, after, page.limit, page.offset],
        ),
      )
      .join('audit_log', 'audit_log.seq', 'page.seq')
      .orderBy('audit_log.seq', 'desc');
  }

  /** Reads by number instead of with a cursor, which would keep a transaction open as long as its reader. */
  async *read(filter: AuditFilter): AsyncIterable<ChainedRecord[]> {
    yield* this.#pieces(filter, 0, (await this.bounds()).last);
  }

  records(after: number, upto: number): AsyncIterable<ChainedRecord[]> {
    return this.#pieces({}, after, upto);
  }

  async *#pieces(filter: AuditFilter, after: number, upto: number): AsyncIterable<ChainedRecord[]> {
    while (after < upto) {
      const rows = await this.#matching(filter)
        .select('*')
        .where('seq', '>', after)
        .where('seq', '<=', upto)
        .orderBy('seq')
        .limit(PIECE);
      if (rows.length > 0) yield rows.map(toRecord);
      after = rows.length < PIECE ? upto : Number(rows.at(-1)!.seq);
    }
  }

  async gaps(): Promise<Gap[]> {
    const rows = await this.database<AuditRow>('audit_log').where({ action: RESTORED_ACTION }).orderBy('seq');
    return rows.flatMap((row) => gapBefore(toRecord(row)) ?? []);
  }

  async droppedUpto(): Promise<number> {
    const row = await this.database<AuditRow>('audit_log')
      .where({ action: RETENTION_ACTION })
      .orderBy('seq', 'desc')
      .first('details');
    // Safe cast: the type of the member is checked below.
    const upto = row && (JSON.parse(row.details) as { upto?: unknown }).upto;
    return typeof upto === 'number' ? upto : 0;
  }

  keep(events: readonly AuditEvent[]): Promise<KeptEvents> {
    return this.database.transaction(async (transaction) => {
      const conflicts = new Set<string>();
      const trail = new PostgresAuditTrail(transaction, this.clock);
      const kept = await trail.appendNew(events, (eventId) => conflicts.add(eventId));
      return { kept, conflicts: [...conflicts] };
    });
  }

  drop(upto: number, record: NewAuditRecord): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const rows = await rowsOf<{ dropped: string }>(transaction, 'select drop_audit_records(?) as dropped', [
        upto,
      ]);
      await new PostgresAuditTrail(transaction, this.clock).append(record);
      return Number(rows[0]!.dropped);
    });
  }

  async #count(filter: AuditFilter): Promise<number> {
    const { resource, result, service, username, requestId } = filter;
    const others = [resource, result, service, username, requestId];
    if (others.every((value) => value === undefined))
      return new PostgresAuditCounts(this.database).count(filter);
    return countOf(this.#matching(filter));
  }

  async bounds(filter: AuditFilter = {}): Promise<Bounds> {
    const bounds = await this.#matching(filter)
      .min({ first: 'seq' })
      .max({ last: 'seq' })
      .first<{ first: string | null; last: string | null }>();
    return { first: Number(bounds.first ?? 0), last: Number(bounds.last ?? 0) };
  }

  #matching({ from, to, ...filter }: AuditFilter) {
    const query = this.database<AuditRow>('audit_log');
    for (const [column, value] of valuesOf(filter)) void query.where(column, value);
    if (from !== undefined) void query.where('at', '>=', from.toISOString());
    if (to !== undefined) void query.where('at', '<=', to.toISOString());
    return query;
  }
}

function toRecord(row: AuditRow): ChainedRecord {
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

function numberOf(first: number, last: number, gaps: readonly Gap[]): number {
  if (last === 0) return 0;
  // A gap at the beginning is left when the retention has dropped the records before it.
  const lost = gaps.reduce((sum, { after, upto }) => sum + upto - Math.max(after, first - 1, 0), 0);
  return last - first + 1 - Math.max(0, lost);
}

type Values = Omit<AuditFilter, 'from' | 'to'>;

/** The columns that a filter compares, with their values. */
function valuesOf({
  userId,
  action,
  resource,
  result,
  service,
  username,
  requestId,
}: Values): [string, string][] {
  const columns = { user_id: userId, action, resource, result, service, username, request_id: requestId };
  return Object.entries(columns).flatMap(([column, value]) => (value === undefined ? [] : [[column, value]]));
}

/** The columns with an index in the order of the numbers. */
const INDEXED = ['user_id', 'action', 'resource'];

/** One condition, with an index in the order of the numbers. */
function hasOneIndex(filter: AuditFilter): boolean {
  const [first, ...others] = valuesOf(filter);
  const isOne = first !== undefined && others.length === 0 && INDEXED.includes(first[0]);
  return isOne && filter.from === undefined && filter.to === undefined;
}

function isEmpty(filter: AuditFilter): boolean {
  return valuesOf(filter).length === 0 && filter.from === undefined && filter.to === undefined;
}
