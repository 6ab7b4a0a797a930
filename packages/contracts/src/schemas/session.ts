import Type, { type Static } from 'typebox';
import { closed, id, listOf, nullable, text, timestamp } from './basics.js';
import { newPassword, roleName, username } from './user.js';

/** The password as it was typed: no least length here, so that an old one still signs in. */
export const password = text(1024, { minLength: 1 });
export const CODE_FORM =
  'Six digits of an authenticator, or a recovery code; blanks, dashes and line ends are ignored';
/** Read by the service, which removes blanks, dashes and line ends and folds full-width digits first. */
export const mfaCode = text(64, { minLength: 1, description: CODE_FORM });
const token = text(8192, { minLength: 1 });

export const loginRequestSchema = closed(
  { username, password, mfa_code: Type.Optional(mfaCode) },
  { title: 'LoginRequest' },
);
export type LoginRequest = Static<typeof loginRequestSchema>;

export const loginResultSchema = closed(
  {
    token,
    expires_at: timestamp,
    user: closed({ id, username: text(256), email: text(254), roles: listOf(roleName, 64) }),
  },
  { title: 'LoginResult' },
);
export type LoginResult = Static<typeof loginResultSchema>;

export const refreshRequestSchema = closed({ token }, { title: 'RefreshRequest' });
export type RefreshRequest = Static<typeof refreshRequestSchema>;

export const refreshResultSchema = closed({ token, expires_at: timestamp }, { title: 'RefreshResult' });
export type RefreshResult = Static<typeof refreshResultSchema>;

export const sessionSchema = closed(
  {
    id,
    created_at: timestamp,
    last_seen_at: timestamp,
    expires_at: timestamp,
    ip: nullable(text(64)),
    user_agent: nullable(text(512)),
    current: Type.Boolean({ description: 'Whether it is the one that asks' }),
  },
  { title: 'Session' },
);
export type Session = Static<typeof sessionSchema>;

export const changePasswordSchema = closed(
  { password, new_password: newPassword, mfa_code: Type.Optional(mfaCode) },
  { title: 'ChangePasswordRequest' },
);
export type ChangePasswordRequest = Static<typeof changePasswordSchema>;
