import Type, { type Static } from 'typebox';
import { closed, id, listOf, nullable, text, timestamp } from './basics.js';
import { withDefault } from './default.js';

/** Letters of either case are the same, compatibility forms too: the service folds them before it looks. */
export const username = text(256, { minLength: 1 });
const newUsername = text(64, { minLength: 2 });
export const email = text(254, { format: 'email' });
export const roleName = text(63, { pattern: '^[a-z][a-z0-9_-]{0,62}$' });
export const roles = listOf(roleName, 64, { minItems: 1, uniqueItems: true });
/** Characters here; the service also holds it to 1,024 bytes and refuses common ones (422). */
export const newPassword = text(1024, {
  minLength: 12,
  description: '12 characters to 1,024 bytes; not a common one',
});

const members = {
  id,
  username: text(256),
  email: text(254),
  roles: listOf(roleName, 64),
  enabled: Type.Boolean(),
};

export const userSchema = closed(
  {
    ...members,
    created_at: timestamp,
    last_login: nullable(timestamp),
    updated_at: Type.Optional(timestamp),
    mfa_enabled: Type.Optional(Type.Boolean()),
  },
  { title: 'User' },
);
export type User = Static<typeof userSchema>;

export const userCreatedSchema = closed(members, { title: 'UserCreated' });
export type UserCreated = Static<typeof userCreatedSchema>;

export const userRequestSchema = closed(
  { username: newUsername, email, password: newPassword, roles, enabled: withDefault(Type.Boolean(), true) },
  { title: 'UserRequest' },
);
export type UserRequest = Static<typeof userRequestSchema>;

export const userChangeSchema = closed(
  {
    email: Type.Optional(email),
    roles: Type.Optional(roles),
    enabled: Type.Optional(Type.Boolean()),
    password: Type.Optional(newPassword),
  },
  { title: 'UserChange', minProperties: 1 },
);
export type UserChange = Static<typeof userChangeSchema>;
