import type { Knex } from 'knex';
import type { NewAuditRecord } from '../domain/audit/audit-record.js';
import type { Clock } from '../domain/clock.js';
import type { UnitOfWork } from '../domain/unit-of-work.js';
import type { NewRevocation } from '../domain/revocation/revocation.js';
import { PostgresApiTokenStore } from './accounts/api-token-store.js';
import { PostgresAuditTrail } from './audit/audit-trail.js';
import { PostgresLoginAttempts } from './accounts/login-attempts.js';
import { PostgresMfaStore } from './accounts/mfa-store.js';
import { writeRevocations } from './accounts/revocation-log.js';
import { PostgresSessionWrites } from './accounts/session-store.js';
import { PostgresIdempotencyKeys } from './idempotency-keys.js';
import { PostgresPolicyStore } from './policies/policy-store.js';
import { PostgresUserStore } from './accounts/user-store.js';

/** @param revoked called after each commit that wrote revocations. */
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
          loginAttempts: new PostgresLoginAttempts(transaction),
          apiTokens: new PostgresApiTokenStore(transaction),
          revoke,
          policies: new PostgresPolicyStore(transaction),
          idempotency: new PostgresIdempotencyKeys(transaction),
          // Collected until the end: the trail is locked last, and for as short as possible.
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
