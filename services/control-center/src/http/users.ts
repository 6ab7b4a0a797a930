import {
  createUser,
  deleteUser,
  endUserSessions,
  getUser,
  listUsers,
  updateUser,
} from '@provisioning/contracts';
import { on, page, reply, type Binding } from '@provisioning/http-kit';
import type { UserService } from '../domain/user/user-service.js';
import { presentNewUser, presentUser } from './present/user.js';

export function userRoutes(users: UserService): Binding[] {
  return [
    on(listUsers)(async ({ query: { role, enabled, limit, offset } }) => {
      const found = await users.list({ role, enabled, limit, offset });
      return page(found.users.map(presentUser), found.total);
    }),
    on(createUser)(async ({ body }) => {
      const user = await users.create(body);
      return reply(presentNewUser(user), { location: `/users/${user.id}` });
    }),
    on(getUser)(async ({ params }) => {
      const user = await users.get(params.id);
      return reply(presentUser(user), { headers: { ETag: `"${user.version}"` } });
    }),
    on(updateUser)(async ({ params, body, ifMatch }) => {
      await users.update(params.id, body, ifMatch);
      return reply('User updated successfully');
    }),
    on(deleteUser)(async ({ params }) => {
      await users.remove(params.id);
      return reply('User deleted successfully');
    }),
    on(endUserSessions)(async ({ params }) => {
      await users.endSessions(params.id);
      return reply('Sessions ended');
    }),
  ];
}
