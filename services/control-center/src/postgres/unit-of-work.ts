import type { Knex } from 'knex';
import type { NewAuditRecord } from '../domain/audit/audit-record.js';
import type { Clock, UnitOfWork } from '../domain/ports.js';
import type { NewRevocation } from '../domain/revocation/revocation.js';
import { PostgresApiTokenStore } from './api-token-store.js';
import { PostgresAuditTrail } from './audit-trail.js';
import { PostgresMfaStore } from './mfa-store.js';
import { writeRevocations } from './revocation-log.js';
import { PostgresSessionWrites } from './session-store.js';
import { PostgresIdempotencyKeys } from './idempotency-keys.js';
import { PostgresPolicyStore } from './policy-store.js';
import { PostgresUserStore } from './user-store.js';

/** @param revoked told after each commit that ended somebody's tokens. */
export function postgresUnitOfWork(
  database: Knex,
  clock?: Clock,
  revoked: () => void = () => undefined,
): UnitOfWork {
  return {
    run: async (act) => {
      const revocations: NewRevocation[] = [];
      const revoke = (revocation: NewRevocation) => void revocations.push(revocation);
      const result = await database.transaction(async (transaction) => {
        const records: NewAuditRecord[] = [];
        const done = await act({
          users: new PostgresUserStore(transaction),
          sessions: new PostgresSessionWrites(transaction, revoke),
          mfa: new PostgresMfaStore(transaction),
          apiTokens: new PostgresApiTokenStore(transaction),
          revoke,
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
        await writeRevocations(transaction, revocations);
        await new PostgresAuditTrail(transaction, clock).appendAll(records);
        return done;
      });
      if (revocations.length > 0) revoked();
      return result;
    },
  };
}
