import type { DataOf, login, refresh } from '@provisioning/contracts';
import type { Login } from '../../domain/login/login-service.js';
import type { IssuedToken } from '../../domain/session/tokens.js';

/** Returns a sign-in as the contract shows it. */
export function presentLogin({ token, expiresAt, user }: Login): DataOf<typeof login> {
  const { id, username, email, roles } = user;
  return { token, expires_at: expiresAt.toISOString(), user: { id, username, email, roles: [...roles] } };
}

/** Returns a token as the contract shows it. */
export function presentToken({ token, expiresAt }: IssuedToken): DataOf<typeof refresh> {
  return { token, expires_at: expiresAt.toISOString() };
}
