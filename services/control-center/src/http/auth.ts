import { login, logout, refreshToken } from '@provisioning/contracts';
import { clientNetwork, on, principalOf, reply, type Binding } from '@provisioning/http-kit';
import type { LoginService } from '../domain/login/login-service.js';
import type { SessionService } from '../domain/session/session-service.js';
import { presentLogin, presentToken } from './present/login.js';

export function authRoutes(logins: LoginService, sessions: SessionService): Binding[] {
  return [
    on(login)(async ({ body: { username, password }, ip, userAgent }) => {
      return reply(
        presentLogin(await logins.signIn({ username, password, ip, network: clientNetwork(ip), userAgent })),
      );
    }),
    on(refreshToken)(async ({ body }) => reply(presentToken(await sessions.refresh(body.token)))),
    on(logout)(async (request) => {
      await sessions.signOut(principalOf(request).sessionId);
      return reply('Successfully logged out' as const);
    }),
  ];
}
