import Type, { type Static } from 'typebox';
import { closed, id, listOf, nullable, text, timestamp } from './basics.js';
import { newPassword, roleName, username } from './user.js';

/** A password to check. It has no minimum length, so that passwords set under older rules still work. */
export const password = text(1024, { minLength: 1 });
/** Description of an MFA code. */
export const CODE_FORM =
  'A six-digit code of an authenticator, or a recovery code; spaces, dashes and line breaks are ignored';
/** An MFA code. The service removes spaces, dashes and line breaks and normalizes full-width digits first. */
export const mfaCode = text(64, { minLength: 1, description: CODE_FORM });
const token = text(8192, { minLength: 1 });

/** Body of `POST /auth/login`. */
export const loginRequestSchema = closed(
  { username, password, mfa_code: Type.Optional(mfaCode) },
  { title: 'LoginRequest' },
);
/** A value of {@link loginRequestSchema}. */
export type LoginRequest = Static<typeof loginRequestSchema>;

/** Response of `POST /auth/login`. */
export const loginResultSchema = closed(
  {
    token,
    expires_at: timestamp,
    user: closed({ id, username: text(256), email: text(254), roles: listOf(roleName, 64) }),
  },
  { title: 'LoginResult' },
);
/** A value of {@link loginResultSchema}. */
export type LoginResult = Static<typeof loginResultSchema>;

/** Body of `POST /auth/refresh`. */
export const refreshRequestSchema = closed({ token }, { title: 'RefreshRequest' });
/** A value of {@link refreshRequestSchema}. */
export type RefreshRequest = Static<typeof refreshRequestSchema>;

/** Response of `POST /auth/refresh`. */
export const refreshResultSchema = closed({ token, expires_at: timestamp }, { title: 'RefreshResult' });
/** A value of {@link refreshResultSchema}. */
export type RefreshResult = Static<typeof refreshResultSchema>;

/** An item of `GET /auth/sessions`. */
export const sessionSchema = closed(
  {
    id,
    created_at: timestamp,
    last_seen_at: timestamp,
    expires_at: timestamp,
    ip: nullable(text(64)),
    user_agent: nullable(text(512)),
    current: Type.Boolean({ description: 'Whether this request uses the session' }),
  },
  { title: 'Session' },
);
/** A value of {@link sessionSchema}. */
export type Session = Static<typeof sessionSchema>;

/** Body of `POST /auth/restored`. */
export const restoredRequestSchema = closed({
  username: text(256, { description: 'Your own username, as a confirmation: your session ends, too' }),
});

/** Body of `POST /auth/password`. */
export const changePasswordSchema = closed(
  { password, new_password: newPassword, mfa_code: Type.Optional(mfaCode) },
  { title: 'ChangePasswordRequest' },
);
/** A value of {@link changePasswordSchema}. */
export type ChangePasswordRequest = Static<typeof changePasswordSchema>;
