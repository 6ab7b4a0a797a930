import {
  createUser,
  deleteUser,
  endUserSessions,
  getUser,
  listUsers,
  updateUser,
} from '@provisioning/contracts';
import { on, page, reply, sessionOf, type Binding } from '@provisioning/http-kit';
import type { UserService } from '../domain/user/user-service.js';
import { actorOf, writerOf } from './actor.js';
import { presentNewUser, presentUser } from './present/user.js';

export function userRoutes(users: UserService): Binding[] {
  return [
    on(listUsers)(async ({ query: { role, enabled, ...position } }) => {
      const found = await users.list({ role, enabled, ...position });
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
    on(endUserSessions)(async (request) => {
      await users.endSessions(request.params.id, actorOf(request), writerOf(request));
      return reply('Sessions ended');
    }),
  ];
}
