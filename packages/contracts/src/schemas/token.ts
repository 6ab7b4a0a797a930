import type { Static } from 'typebox';
import { closed, id, listOf, nullable, text, timestamp } from './basics.js';
import { roleName, roles } from './user.js';

/** Body of `POST /tokens`. */
export const tokenRequestSchema = closed(
  {
    name: text(128, { minLength: 1 }),
    roles,
    expires_at: text(40, { format: 'date-time', description: 'At most one year from now' }),
  },
  { title: 'ApiTokenRequest' },
);
/** A value of {@link tokenRequestSchema}. */
export type ApiTokenRequest = Static<typeof tokenRequestSchema>;

const members = {
  id,
  name: text(128),
  roles: listOf(roleName, 64),
  created_at: timestamp,
  expires_at: timestamp,
  last_used_at: nullable(timestamp),
};

/** An item of `GET /tokens`. */
export const apiTokenSchema = closed(members, { title: 'ApiToken' });
/** A value of {@link apiTokenSchema}. */
export type ApiToken = Static<typeof apiTokenSchema>;

/** Response of `POST /tokens`. */
export const apiTokenCreatedSchema = closed(
  { ...members, token: text(256, { description: 'Shown only in this response' }) },
  { title: 'ApiTokenCreated' },
);
/** A value of {@link apiTokenCreatedSchema}. */
export type ApiTokenCreated = Static<typeof apiTokenCreatedSchema>;
