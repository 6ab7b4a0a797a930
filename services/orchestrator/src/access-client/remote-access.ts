import {
  POLICY_FORMAT_PREFERENCE,
  type Introspection,
  type LoggedDecision,
  type PolicyBundle,
  type Revocations,
} from '@provisioning/contracts';
import { POLICY_FORMAT } from '@provisioning/policy';
import type { CurrentUser } from '../domain/access/grant-reviewer.js';
import type { ControlCenter } from './access-client.js';
import { bodiesOf } from './in-pieces.js';
import type { ControlCenterClient } from './control-center-client.js';

const MOST_AT_ONCE = 1_000;

/**
 * Reads policies, revocations and tokens from the control center over HTTP. Unknown fields are ignored, so that a newer control
 * center can be read.
 */
export class RemoteAccess implements ControlCenter {
  constructor(private readonly client: Pick<ControlCenterClient, 'get' | 'post' | 'postText'>) {}

  async revocations(after: number): Promise<Revocations> {
    // Safe cast: the contract of both services (control-center/internal.ts) defines this answer.
    return (await this.client.get(`/internal/revocations?after=${after}`)) as Revocations;
  }

  async policyBundle(): Promise<PolicyBundle> {
    // Safe cast: the contract of both services (control-center/internal.ts) defines this answer.
    return (await this.client.get('/internal/policy-bundle', {
      prefer: `${POLICY_FORMAT_PREFERENCE}=${POLICY_FORMAT}`,
    })) as PolicyBundle;
  }

  async introspect(tokenHash: string): Promise<Introspection> {
    // Safe cast: the contract of both services (control-center/internal.ts) defines this answer.
    return (await this.client.post('/internal/introspect', { token_hash: tokenHash })) as Introspection;
  }

  /** @returns the existing users, in their current state */
  async users(ids: readonly string[]): Promise<CurrentUser[]> {
    const users: CurrentUser[] = [];
    for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
      const body = { ids: ids.slice(start, start + MOST_AT_ONCE) };
      // Safe cast: the contract of both services (control-center/internal.ts) defines this answer.
      users.push(...((await this.client.post('/internal/principals', body)) as CurrentUser[]));
    }
    return users;
  }

  async record(decisions: readonly LoggedDecision[]): Promise<void> {
    for (const body of bodiesOf('decisions', decisions))
      await this.client.postText('/internal/decisions', body);
  }
}
