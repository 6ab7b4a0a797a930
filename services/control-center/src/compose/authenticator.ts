import { isApiToken } from '@provisioning/auth-token';
import type { Authenticator } from '@provisioning/http-kit';
import type { SessionService } from '../domain/session/session-service.js';
import type { ApiTokenService } from '../domain/token/api-token-service.js';

/** Authenticates users by the token of their session, and programs by an API token. */
export function authenticator(sessions: SessionService, apiTokens: ApiTokenService): Authenticator {
  return async (bearer, { forMfaEnrollment }) => {
    if (isApiToken(bearer)) {
      const { token, user, roles } = await apiTokens.authenticate(bearer);
      const { id, username, email } = user;
      const expiresAt = Math.floor(token.expiresAt.getTime() / 1000);
      const ownerRoles = user.roles;
      return { id, username, email, roles, ownerRoles, sessionId: null, tokenId: token.id, expiresAt };
    }
    const claims = await sessions.authenticate(bearer, forMfaEnrollment ? ['mfa_enrollment'] : []);
    const { userId: id, username, email = '', roles, sessionId, tokenId, expiresAt, scope } = claims;
    return { id, username, email, roles, sessionId, tokenId, expiresAt, ...(scope && { scope }) };
  };
}
