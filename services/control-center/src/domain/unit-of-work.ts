import type { AuditTrail } from './audit/audit-record.js';
import type { IdempotencyKeys } from './idempotency.js';
import type { MfaWrites } from './mfa/mfa-store.js';
import type { PolicyWrites } from './policy/policy-store.js';
import type { NewRevocation } from './revocation/revocation.js';
import type { SessionWrites } from './session/session-store.js';
import type { ApiTokenWrites } from './token/api-token-store.js';
import type { UserWrites } from './user/user-store.js';

/** What can be read and changed within a unit of work. */
export interface Stores {
  users: UserWrites;
  sessions: SessionWrites;
  mfa: MfaWrites;
  apiTokens: ApiTokenWrites;
  /** For what is neither a session nor a user: those tell by themselves. */
  revoke(revocation: NewRevocation): void;
  policies: PolicyWrites;
  idempotency: IdempotencyKeys;
  /** Its records are put down at the end, in the order in which they came: `append` itself does not wait for that. */
  audit: AuditTrail;
}

/** One transaction: all of it happens, or nothing. */
export interface UnitOfWork {
  run<T>(act: (stores: Stores) => Promise<T>): Promise<T>;
}
