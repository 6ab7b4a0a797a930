import type { Knex } from 'knex';
import type { NewAuditRecord } from '../domain/audit/audit-record.js';
import type { Clock, UnitOfWork } from '../domain/ports.js';
import { PostgresAuditTrail } from './audit-trail.js';
import { PostgresIdempotencyKeys } from './idempotency-keys.js';
import { PostgresPolicyStore } from './policy-store.js';
import { PostgresSessionStore } from './session-store.js';
import { PostgresUserStore } from './user-store.js';

export function postgresUnitOfWork(database: Knex, clock?: Clock): UnitOfWork {
  return {
    run: (act) =>
      database.transaction(async (transaction) => {
        const records: NewAuditRecord[] = [];
        const result = await act({
          users: new PostgresUserStore(transaction),
          sessions: new PostgresSessionStore(transaction),
          policies: new PostgresPolicyStore(transaction),
          idempotency: new PostgresIdempotencyKeys(transaction),
          // Kept for the end: the trail is locked for as short a time as can be, and after everything else.
          audit: {
            append: (record) => {
              records.push(record);
              return Promise.resolve();
            },
          },
        });
        await new PostgresAuditTrail(transaction, clock).appendAll(records);
        return result;
      }),
  };
}
