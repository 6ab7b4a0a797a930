import type { Knex } from 'knex';
import type { AuditActor } from '../../domain/audit/audit-record.js';
import { recordEvent } from '../events/record-event.js';

/** A refused request. `denied`: by a policy. */
export interface RefusedRequest {
  actor: AuditActor;
  action: string;
  resource: string;
  denied: boolean;
  details: Record<string, unknown>;
}

/** Records refused requests in the event history, before they are answered and in a transaction of their own. */
export class PostgresRefusalStore {
  constructor(private readonly database: Knex) {}

  /** Records a refused request. */
  async add({ actor, action, resource, denied, details }: RefusedRequest): Promise<void> {
    await recordEvent(this.database, {
      type: 'refused',
      status: denied ? 'Denied' : 'Refused',
      details: { ...details, action, resource },
      actor,
    });
  }
}
