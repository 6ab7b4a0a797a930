import { createToken, deleteToken, listTokens } from '@provisioning/contracts';
import { on, page, reply, sessionOf, type Binding } from '@provisioning/http-kit';
import type { ApiTokenService } from '../domain/token/api-token-service.js';
import { actorOf } from './actor.js';
import { presentApiToken } from './present/api-token.js';

/** For users in their own session: an API token cannot create, list or revoke tokens. */
export function tokenRoutes(tokens: ApiTokenService): Binding[] {
  return [
    on(createToken)(async (request) => {
      const { name, roles, expires_at } = request.body;
      const { token, text, replayed } = await tokens.create({
        owner: { id: sessionOf(request).id, actor: actorOf(request) },
        name,
        roles,
        expiresAt: new Date(expires_at),
        idempotency: request.idempotency,
      });
      return reply({ ...presentApiToken(token), token: text }, { location: `/tokens/${token.id}`, replayed });
    }),
    on(listTokens)(async (request) => {
      const found = await tokens.listOwn(sessionOf(request).id, request.query);
      return page(found.tokens.map(presentApiToken), found.total);
    }),
    on(deleteToken)(async (request) => {
      await tokens.revokeOwn(sessionOf(request).id, request.params.id, actorOf(request));
      return reply('Token revoked');
    }),
  ];
}
