import Type, { type Static } from 'typebox';
import { closed, id, listOf, nullable, text, timestamp } from './basics.js';
import { withDefault } from './default.js';

/** A username to look up. The service normalizes case and compatibility characters first. */
export const username = text(256, { minLength: 1 });
const newUsername = text(64, { minLength: 2 });
/** An e-mail address. */
export const email = text(254, { format: 'email' });
/** Name of a role: starts with a lower case letter and contains only lower case letters, digits, "_" and "-" (63 characters at most). */
export const roleName = text(63, { pattern: '^[a-z][a-z0-9_-]{0,62}$' });
/** At least one role, without repetition. */
export const roles = listOf(roleName, 64, { minItems: 1, uniqueItems: true });
/** A password to set. The length is in characters; the service also limits it to 1,024 bytes and rejects common ones (422). */
export const newPassword = text(1024, {
  minLength: 12,
  description: 'At least 12 characters and at most 1,024 bytes; must not be a common password',
});

const members = {
  id,
  username: text(256),
  email: text(254),
  roles: listOf(roleName, 64),
  enabled: Type.Boolean(),
};

/** Response of `GET /users/{id}`. */
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
/** A value of {@link userSchema}. */
export type User = Static<typeof userSchema>;

/** Response of `POST /users`. */
export const userCreatedSchema = closed(members, { title: 'UserCreated' });
/** A value of {@link userCreatedSchema}. */
export type UserCreated = Static<typeof userCreatedSchema>;

/** Body of `POST /users`. */
export const userRequestSchema = closed(
  { username: newUsername, email, password: newPassword, roles, enabled: withDefault(Type.Boolean(), true) },
  { title: 'UserRequest' },
);
/** A value of {@link userRequestSchema}. */
export type UserRequest = Static<typeof userRequestSchema>;

/** Body of `PUT /users/{id}`. */
export const userChangeSchema = closed(
  {
    email: Type.Optional(email),
    roles: Type.Optional(roles),
    enabled: Type.Optional(Type.Boolean()),
    password: Type.Optional(newPassword),
  },
  { title: 'UserChange', minProperties: 1 },
);
/** A value of {@link userChangeSchema}. */
export type UserChange = Static<typeof userChangeSchema>;
