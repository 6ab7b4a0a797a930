import {
  getPrincipals,
  getRevocations,
  introspectToken,
  MOST_RECORDS,
  type InternalPrincipal,
} from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';
import type { AccessFeed } from '../domain/revocation/access-feed.js';
import type { User } from '../domain/user/user.js';

/** What the orchestrator needs to decide which tokens are valid. */
export function internalAccessRoutes(feed: AccessFeed): Binding[] {
  return [
    on(getRevocations)(async ({ query }) => {
      const { revocations, head, policyRevision } = await feed.revocationsAfter(
        query.after ?? 0,
        MOST_RECORDS,
      );
      return reply({
        revocations: revocations.map(({ seq, kind, subject, at, expiresAt }) => ({
          seq,
          kind,
          subject,
          at: at.toISOString(),
          expires_at: expiresAt.toISOString(),
        })),
        head,
        policy_revision: policyRevision,
      });
    }),
    on(getPrincipals)(async ({ body }) => reply((await feed.principals(body.ids)).map(presentPrincipal))),
    on(introspectToken)(async ({ body }) => {
      const { known, asOf } = await feed.introspect(body.token_hash);
      if (!known) return reply({ token: null, as_of: asOf });
      const { token, user, roles } = known;
      return reply({
        token: {
          id: token.id,
          user: presentPrincipal(user),
          roles,
          expires_at: token.expiresAt.toISOString(),
        },
        as_of: asOf,
      });
    }),
  ];
}

function presentPrincipal({ id, username, email, roles, enabled }: User): InternalPrincipal {
  return { id, username, email, roles: [...roles], enabled };
}
