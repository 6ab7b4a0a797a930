import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { byId, listOf, sentence, text } from '../schemas/basics.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import { sessionSchema } from '../schemas/session.js';
import { apiTokenSchema } from '../schemas/token.js';
import {
  roleName,
  userChangeSchema,
  userCreatedSchema,
  userRequestSchema,
  userSchema,
} from '../schemas/user.js';

const define = operationsUnder('control-center', 'Users');

/** `GET /users` */
export const listUsers = define({
  id: 'listUsers',
  method: 'get',
  path: '/users',
  summary: 'List all users',
  permission: { resource: 'users:*', action: 'read' },
  query: paged({
    role: Type.Optional(roleName),
    enabled: Type.Optional(Type.Boolean()),
    q: Type.Optional(
      text(128, {
        minLength: 1,
        description: 'Only users whose name or e-mail address contains this text, ignoring case',
      }),
    ),
  }),
  success: {
    status: 200,
    data: listOf(userSchema, MAX_PAGE),
    list: after('id'),
    example: [
      {
        id: 'user-uuid',
        username: 'admin',
        email: 'admin@example.com',
        roles: ['admin'],
        enabled: true,
        created_at: '2025-09-26T10:00:00Z',
        last_login: '2025-09-26T12:00:00Z',
      },
    ],
  },
});

/** `POST /users` */
export const createUser = define({
  id: 'createUser',
  method: 'post',
  path: '/users',
  summary: 'Create new user',
  permission: { resource: 'users:*', action: 'create' },
  body: userRequestSchema,
  idempotent: true,
  example: {
    username: 'newuser',
    email: 'newuser@example.com',
    password: 'secure_password',
    roles: ['operator'],
    enabled: true,
  },
  success: {
    status: 201,
    data: userCreatedSchema,
    location: true,
    example: {
      id: 'new-user-uuid',
      username: 'newuser',
      email: 'newuser@example.com',
      roles: ['operator'],
      enabled: true,
    },
  },
  errors: [409],
});

/** `GET /users/{id}` */
export const getUser = define({
  id: 'getUser',
  method: 'get',
  path: '/users/{id}',
  summary: 'Get a user',
  permission: { resource: 'users:{params.id}', action: 'read' },
  params: byId,
  success: { status: 200, data: userSchema },
  errors: [404],
  addition: true,
});

/** `PUT /users/{id}` */
export const updateUser = define({
  id: 'updateUser',
  method: 'put',
  path: '/users/{id}',
  summary: 'Update existing user',
  description:
    'Omitted fields keep their value. New roles, a new e-mail address, a new password and `enabled: false` revoke the user’s tokens in both services. A new password and `enabled: false` also revoke their API tokens; a removed role is removed from the API tokens. You need every right of the user, before the change (403 `higher_rights`, or `grant_not_held` for a password) and after it (403 `grant_not_held`). The last enabled administrator, and the last user who can change every policy, cannot lose these rights (409).',
  permission: { resource: 'users:{params.id}', action: 'update' },
  params: byId,
  body: userChangeSchema,
  example: { email: 'updated@example.com', roles: ['admin', 'operator'], enabled: false },
  success: { status: 200, data: sentence, example: 'User updated successfully' },
  errors: [404, 409, 412],
});

/** `DELETE /users/{id}` */
export const deleteUser = define({
  id: 'deleteUser',
  method: 'delete',
  path: '/users/{id}',
  summary: 'Delete user',
  description:
    'Revokes the user’s tokens in both services. A user with more rights than you returns 403 `higher_rights`. The last enabled administrator and the last user who can change every policy cannot be deleted (409).',
  permission: { resource: 'users:{params.id}', action: 'delete' },
  params: byId,
  success: { status: 200, data: sentence, example: 'User deleted successfully' },
  errors: [404, 409],
});

/** `GET /users/{id}/sessions` */
export const listUserSessions = define({
  id: 'listUserSessions',
  method: 'get',
  path: '/users/{id}/sessions',
  summary: 'List the sessions of a user',
  permission: { resource: 'users:{params.id}', action: 'read' },
  params: byId,
  query: paged({}),
  success: { status: 200, data: listOf(sessionSchema, MAX_PAGE), list: after('id') },
  errors: [404],
  addition: true,
});

/** `GET /users/{id}/tokens` */
export const listUserTokens = define({
  id: 'listUserTokens',
  method: 'get',
  path: '/users/{id}/tokens',
  summary: 'List the API tokens of a user',
  permission: { resource: 'users:{params.id}', action: 'read' },
  params: byId,
  query: paged({}),
  success: { status: 200, data: listOf(apiTokenSchema, MAX_PAGE), list: after('id') },
  errors: [404],
  addition: true,
});

/** `DELETE /users/{id}/sessions` */
export const endUserSessions = define({
  id: 'endUserSessions',
  method: 'delete',
  path: '/users/{id}/sessions',
  summary: 'End all sessions of a user',
  description: 'A user with more rights than you returns 403 `higher_rights`.',
  permission: { resource: 'users:{params.id}', action: 'update' },
  params: byId,
  success: { status: 200, data: sentence, example: 'Sessions ended' },
  errors: [404],
  addition: true,
});

/** `DELETE /users/{id}/lock` */
export const unlockUser = define({
  id: 'unlockUser',
  method: 'delete',
  path: '/users/{id}/lock',
  summary: 'Unlock the sign-in of a user',
  description:
    'Resets the counts of wrong passwords and wrong MFA codes, from all clients, which refuse or delay sign-ins of the user. The password and MFA stay as they are. A user with more rights than you returns 403 `higher_rights`.',
  permission: { resource: 'users:{params.id}', action: 'update' },
  params: byId,
  success: { status: 200, data: sentence, example: 'Sign-in unlocked' },
  errors: [404],
  addition: true,
});

/** `DELETE /users/{id}/mfa` */
export const resetUserMfa = define({
  id: 'resetUserMfa',
  method: 'delete',
  path: '/users/{id}/mfa',
  summary: 'Reset MFA for a user',
  description:
    'For a user who lost their device and their recovery codes. Ends all sessions and revokes all API tokens of the user, who signs in with the password alone until they enroll again. A user with more rights than you returns 403 `higher_rights`. To disable your own MFA, use `POST /auth/mfa/disable`.',
  permission: { resource: 'users:{params.id}', action: 'update' },
  params: byId,
  success: { status: 200, data: sentence, example: 'MFA reset' },
  errors: [404],
  addition: true,
});
