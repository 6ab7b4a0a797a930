import type { ApiTokenService, KnownApiToken } from '../token/api-token-service.js';
import type { Clock } from '../clock.js';
import type { PolicyRevision } from '../policy/policy-store.js';
import type { UserStore } from '../user/user-store.js';
import type { RevocationLog } from './revocation-log.js';
import type { User } from '../user/user.js';
import type { Revocation } from './revocation.js';

/** A part of the list of revocations. */
export interface Revocations {
  revocations: Revocation[];
  /** The number of the newest revocation. */
  head: number;
  policyRevision: number;
}

/** What the other service reads to decide which tokens are valid. */
export class AccessFeed {
  constructor(
    private readonly log: RevocationLog,
    private readonly users: UserStore,
    private readonly apiTokens: ApiTokenService,
    private readonly policies: PolicyRevision,
    private readonly clock: Clock,
  ) {}

  async revocationsAfter(seq: number, most: number): Promise<Revocations> {
    const policyRevision = await this.policies.current();
    return { ...(await this.log.after(seq, most, this.clock())), policyRevision };
  }

  principals(ids: readonly string[]): Promise<User[]> {
    return this.users.findAll(ids);
  }

  /**
   * The number of the newest revocation is read before the token, so the answer includes every revocation up to it.
   * @param hash SHA-256 of the token, in hex.
   */
  async introspect(hash: string): Promise<{ known: KnownApiToken | undefined; asOf: number }> {
    const asOf = await this.log.head();
    return { known: await this.apiTokens.find(hash), asOf };
  }
}
