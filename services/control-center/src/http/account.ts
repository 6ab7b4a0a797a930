import { me, whatMayI, type DataOf } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { on, principalOf, reply, type Binding } from '@provisioning/http-kit';
import type { Outlook, PolicySet } from '@provisioning/policy';
import type { Clock } from '../domain/clock.js';
import { outlookFor } from '../domain/policy/own-rights.js';
import type { UserStore } from '../domain/user/user-store.js';
import { writerOf } from './actor.js';

type Answer = DataOf<typeof whatMayI>[number];

/** The account of the caller and its rights. @param policies returns those in force. */
export function accountRoutes(
  users: Pick<UserStore, 'find'>,
  policies: () => PolicySet,
  clock: Clock,
): Binding[] {
  return [
    on(me)(async (request) => {
      const { id, username, email, roles, scope = null, sessionId, expiresAt } = principalOf(request);
      const user = await users.find(id);
      // The account was deleted after the token was verified.
      if (!user) throw new Failure('not_found', 'Your account no longer exists.');
      return reply({
        id,
        username,
        email,
        roles: [...roles],
        mfa_enabled: user.mfaEnabled,
        scope,
        session_id: sessionId,
        expires_at: new Date(expiresAt * 1000).toISOString(),
      });
    }),
    on(whatMayI)((request) => {
      const set = policies();
      const user = writerOf(request);
      const { ip } = request;
      // A condition that reads the method or the path gets those of most acts.
      const circumstances = { time: clock(), ip, method: 'POST', path: '/' };
      const outlook = (action: string, resource: string, context?: Record<string, unknown>) =>
        outlookFor(set, user, circumstances, { action, resource, context });
      const readsPolicies = outlook('read', 'policies:*', {}).verdict === 'allow';
      return reply(
        request.body.questions.map(({ action, resource, context }): Answer => {
          const found = outlook(action, resource, context);
          const rule =
            found.rule && readsPolicies ? { policy: found.rule.policy, rule: found.rule.index } : null;
          return { action, resource, verdict: found.verdict, reason: reasonOf(found), rule };
        }),
      );
    }),
  ];
}

function reasonOf({ verdict, rule }: Outlook): string {
  if (verdict === 'allow') return 'A policy allows it.';
  if (verdict === 'depends') return 'It depends on the object, such as its infra, provider or owner.';
  return rule ? 'A policy denies it.' : 'No policy allows it.';
}
