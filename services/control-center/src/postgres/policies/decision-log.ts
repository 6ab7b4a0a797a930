import type { Knex } from 'knex';
import type { DecisionRecord, Effect } from '../../domain/decision/decision-record.js';
import type { DecisionFilter, DecisionLog } from '../../domain/decision/decision-log.js';

interface DecisionRow {
  id: string;
  at: Date;
  service: DecisionRecord['service'];
  user_id: string | null;
  username: string | null;
  email: string;
  roles: string[];
  action: string;
  resource: string;
  context: string;
  matched: string;
  request_ip: string;
  request_method: string;
  request_path: string;
  request_id: string | null;
  duration_ms: number;
  decision: Effect;
  revision: string;
}

/** Below the limit of one statement: each row binds 18 values. */
const ROWS_AT_ONCE = 1000;

/** The log of decisions in Postgres. */
export class PostgresDecisionLog implements DecisionLog {
  constructor(private readonly database: Knex) {}

  async insert(decisions: readonly DecisionRecord[]): Promise<number> {
    let kept = 0;
    for (let start = 0; start < decisions.length; start += ROWS_AT_ONCE) {
      const made = await this.database('decisions')
        .insert(decisions.slice(start, start + ROWS_AT_ONCE).map(toRow))
        .onConflict('id')
        .ignore()
        .returning('id');
      kept += made.length;
    }
    return kept;
  }

  async find(id: string): Promise<DecisionRecord | undefined> {
    const row = await this.database<DecisionRow>('decisions').first('*').where({ id });
    return row && toRecord(row);
  }

  async *pages({ from, to, userId }: DecisionFilter, size: number): AsyncIterable<DecisionRecord[]> {
    for (let last: DecisionRow | undefined; ;) {
      const query = this.database<DecisionRow>('decisions')
        .select('*')
        .where('at', '>=', from)
        .orderBy([
          { column: 'at', order: 'desc' },
          { column: 'id', order: 'desc' },
        ])
        .limit(size);
      if (to) void query.where('at', '<', to);
      if (userId !== undefined) void query.where({ user_id: userId });
      if (last) void query.whereRaw('(at, id) < (?, ?)', [last.at, last.id]);
      // Safe cast: Knex loses the type of the row when the query is built in steps.
      const rows = (await query) as DecisionRow[];
      if (rows.length > 0) yield rows.map(toRecord);
      if (rows.length < size) return;
      last = rows.at(-1);
    }
  }
}

function toRow(record: DecisionRecord) {
  const { id, at, service, userId, username, email, roles, action, resource, context, matched } = record;
  const { request, requestId, durationMs, effect, revision } = record;
  return {
    id,
    at,
    service,
    action,
    context,
    matched,
    revision,
    user_id: userId,
    username: username && clean(username),
    email: clean(email),
    roles: roles.map(clean),
    resource: clean(resource),
    request_ip: request.ip,
    request_method: request.method,
    request_path: clean(request.path),
    request_id: requestId,
    duration_ms: durationMs,
    decision: effect,
  };
}

/** Replaces what Postgres cannot store. In a JSON text it is escaped. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

function toRecord(row: DecisionRow): DecisionRecord {
  const { id, at, service, username, email, roles, action, resource, context, matched } = row;
  return {
    id,
    at,
    service,
    username,
    email,
    roles,
    action,
    resource,
    context,
    matched,
    userId: row.user_id,
    request: { ip: row.request_ip, method: row.request_method, path: row.request_path },
    requestId: row.request_id,
    durationMs: row.duration_ms,
    effect: row.decision,
    revision: Number(row.revision),
  };
}
