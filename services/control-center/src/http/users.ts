import {
  createUser,
  deleteUser,
  endUserSessions,
  getUser,
  listUsers,
  listUserSessions,
  listUserTokens,
  unlockUser,
  updateUser,
} from '@provisioning/contracts';
import { on, page, principalOf, reply, sessionOf, type Binding } from '@provisioning/http-kit';
import type { SessionService } from '../domain/session/session-service.js';
import type { ApiTokenService } from '../domain/token/api-token-service.js';
import type { UserService } from '../domain/user/user-service.js';
import { actorOf, writerOf } from './actor.js';
import { presentApiToken } from './present/api-token.js';
import { presentSession } from './present/session.js';
import { presentNewUser, presentUser } from './present/user.js';

/** Returns the operations on users, and on the sessions and API tokens that admins see of them. */
export function userRoutes(
  users: UserService,
  sessions: Pick<SessionService, 'listOwn'>,
  tokens: Pick<ApiTokenService, 'listOwn'>,
): Binding[] {
  return [
    on(listUsers)(async ({ query: { role, enabled, q: text, ...position } }) => {
      const found = await users.list({ role, enabled, text, ...position });
      return page(found.users.map(presentUser), found.total);
    }),
    on(createUser)(async (request) => {
      const user = await users.create(request.body, actorOf(request), request.idempotency, writerOf(request));
      return reply(presentNewUser(user), { location: `/users/${user.id}`, replayed: user.replayed });
    }),
    on(getUser)(async ({ params }) => {
      const user = await users.get(params.id);
      return reply(presentUser(user), { headers: { ETag: `"${user.version}"` } });
    }),
    on(updateUser)(async (request) => {
      // A program that could set a password could sign in as that user.
      if (request.body.password !== undefined) sessionOf(request);
      await users.update(
        request.params.id,
        request.body,
        actorOf(request),
        request.ifMatch,
        writerOf(request),
      );
      return reply('User updated successfully');
    }),
    on(deleteUser)(async (request) => {
      await users.remove(request.params.id, actorOf(request), writerOf(request));
      return reply('User deleted successfully');
    }),
    on(listUserSessions)(async (request) => {
      const { id } = await users.get(request.params.id);
      const found = await sessions.listOwn(id, request.query);
      const { sessionId } = principalOf(request);
      return page(
        found.sessions.map((session) => presentSession(session, sessionId)),
        found.total,
      );
    }),
    on(listUserTokens)(async ({ params, query }) => {
      const { id } = await users.get(params.id);
      const found = await tokens.listOwn(id, query);
      return page(found.tokens.map(presentApiToken), found.total);
    }),
    on(endUserSessions)(async (request) => {
      await users.endSessions(request.params.id, actorOf(request), writerOf(request));
      return reply('Sessions ended');
    }),
    on(unlockUser)(async (request) => {
      await users.unlock(request.params.id, actorOf(request), writerOf(request));
      return reply('Sign-in unlocked');
    }),
  ];
}
