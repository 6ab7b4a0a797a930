import type { AuditTrail } from './audit/audit-record.js';
import type { IdempotencyKeys } from './idempotency.js';
import type { LoginAttempts } from './login/login-attempts.js';
import type { MfaWrites } from './mfa/mfa-store.js';
import type { PolicyWrites } from './policy/policy-store.js';
import type { NewRevocation } from './revocation/revocation.js';
import type { SessionWrites } from './session/session-store.js';
import type { ApiTokenWrites } from './token/api-token-store.js';
import type { UserWrites } from './user/user-store.js';

/** The stores that a unit of work reads and changes. */
export interface Stores {
  users: UserWrites;
  sessions: SessionWrites;
  mfa: MfaWrites;
  loginAttempts: Pick<LoginAttempts, 'clearUser'>;
  apiTokens: ApiTokenWrites;
  /** Revokes what is neither a session nor a user: their stores revoke on their own. */
  revoke(revocation: NewRevocation): void;
  policies: PolicyWrites;
  idempotency: IdempotencyKeys;
  /** Records are written at the end, in the order of the calls: `append` returns before that. */
  audit: AuditTrail;
}

/** One transaction: all of its changes are committed, or none. */
export interface UnitOfWork {
  run<T>(act: (stores: Stores) => Promise<T>): Promise<T>;
}
