import type { Knex } from 'knex';
import type { AuditActor } from '../domain/audit/audit-record.js';
import { actorText } from './actor-row.js';
import { rowsOf } from './rows.js';
import { jsonOf } from './storable.js';

export interface RefusedRequest {
  actor: AuditActor;
  action: string;
  resource: string;
  denied: boolean;
  details: Record<string, unknown>;
}

/** Requests that came to nothing: written before their answer, in a transaction of their own. */
export class PostgresRefusalStore {
  constructor(private readonly database: Knex) {}

  async add({ actor, action, resource, denied, details }: RefusedRequest): Promise<void> {
    await rowsOf(this.database, `select record_event(null, null, 0, 'refused', ?, ?::jsonb, ?::jsonb)`, [
      denied ? 'Denied' : 'Refused',
      jsonOf({ ...details, action, resource }),
      actorText(actor),
    ]);
  }
}
