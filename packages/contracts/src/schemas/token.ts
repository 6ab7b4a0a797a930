import type { Static } from 'typebox';
import { closed, id, listOf, nullable, text, timestamp } from './basics.js';
import { roleName, roles } from './user.js';

export const tokenRequestSchema = closed(
  {
    name: text(128, { minLength: 1 }),
    roles,
    expires_at: text(40, { format: 'date-time', description: 'Within a year from now' }),
  },
  { title: 'ApiTokenRequest' },
);
export type ApiTokenRequest = Static<typeof tokenRequestSchema>;

const members = {
  id,
  name: text(128),
  roles: listOf(roleName, 64),
  created_at: timestamp,
  expires_at: timestamp,
  last_used_at: nullable(timestamp),
};

export const apiTokenSchema = closed(members, { title: 'ApiToken' });
export type ApiToken = Static<typeof apiTokenSchema>;

export const apiTokenCreatedSchema = closed(
  { ...members, token: text(256, { description: 'Shown this once' }) },
  { title: 'ApiTokenCreated' },
);
export type ApiTokenCreated = Static<typeof apiTokenCreatedSchema>;
