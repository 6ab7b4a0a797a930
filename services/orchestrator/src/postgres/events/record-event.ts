import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { AuditActor } from '../../domain/audit/audit-record.js';
import type { RecordedEventType } from '../../domain/event/catalogue.js';
import { actorText } from '../audit/actor-row.js';
import { jsonOf } from '../storable.js';

/** An event that belongs to no task or batch. Events of tasks and batches are recorded by functions in SQL. */
export interface NewEvent {
  type: RecordedEventType;
  status: string;
  details: Record<string, unknown>;
  actor: AuditActor;
}

/** Records an event in the transaction of the change that it describes. */
export async function recordEvent(
  transaction: Knex,
  { type, status, details, actor }: NewEvent,
): Promise<void> {
  await rowsOf(transaction, 'select record_event(null, null, 0, ?, ?, ?::jsonb, ?::jsonb)', [
    type,
    status,
    jsonOf(details),
    actorText(actor),
  ]);
}
