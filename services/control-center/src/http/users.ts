import { createHash } from 'node:crypto';
import {
  createUser,
  deleteUser,
  endUserSessions,
  getUser,
  listUsers,
  updateUser,
  type BodyOf,
} from '@provisioning/contracts';
import { on, page, reply, sessionOf, type Binding, type IdempotencyKey } from '@provisioning/http-kit';
import type { UserService } from '../domain/user/user-service.js';
import { actorOf } from './actor.js';
import { presentNewUser, presentUser } from './present/user.js';

export function userRoutes(users: UserService): Binding[] {
  return [
    on(listUsers)(async ({ query: { role, enabled, limit, offset } }) => {
      const found = await users.list({ role, enabled, limit, offset });
      return page(found.users.map(presentUser), found.total);
    }),
    on(createUser)(async (request) => {
      const { user, replayed } = await users.create(
        request.body,
        actorOf(request),
        withoutPassword(request.idempotency, request.body),
      );
      return reply(presentNewUser(user), { location: `/users/${user.id}`, replayed });
    }),
    on(getUser)(async ({ params }) => {
      const user = await users.get(params.id);
      return reply(presentUser(user), { headers: { ETag: `"${user.version}"` } });
    }),
    on(updateUser)(async (request) => {
      // A program that could set a password could sign in as somebody.
      if (request.body.password !== undefined) sessionOf(request);
      await users.update(request.params.id, request.body, actorOf(request), request.ifMatch);
      return reply('User updated successfully');
    }),
    on(deleteUser)(async (request) => {
      await users.remove(request.params.id, actorOf(request));
      return reply('User deleted successfully');
    }),
    on(endUserSessions)(async (request) => {
      await users.endSessions(request.params.id, actorOf(request));
      return reply('Sessions ended');
    }),
  ];
}

/** Of a password, nothing is stored that could be tried as fast as a digest: two requests that differ in it alone are one. */
function withoutPassword(
  key: IdempotencyKey | undefined,
  { password: _password, ...rest }: BodyOf<typeof createUser>,
): IdempotencyKey | undefined {
  if (!key) return undefined;
  const said = JSON.stringify(['createUser', Object.entries(rest).sort()]);
  return { ...key, requestHash: createHash('sha256').update(said).digest('hex') };
}
