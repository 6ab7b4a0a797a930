import { endSession, listSessions, login, logout, refresh } from '@provisioning/contracts';
import { clientNetwork, on, page, principalOf, reply, sessionOf, type Binding } from '@provisioning/http-kit';
import type { LoginService } from '../domain/login/login-service.js';
import type { SessionService } from '../domain/session/session-service.js';
import { presentLogin, presentToken } from './present/login.js';
import { presentSession } from './present/session.js';

export function authRoutes(logins: LoginService, sessions: SessionService): Binding[] {
  return [
    on(login)(async ({ body: { username, password }, ip, userAgent }) => {
      return reply(
        presentLogin(await logins.signIn({ username, password, ip, network: clientNetwork(ip), userAgent })),
      );
    }),
    on(refresh)(async ({ body }) => reply(presentToken(await sessions.refresh(body.token)))),
    on(logout)(async (request) => {
      await sessions.signOut(sessionOf(request).sessionId);
      return reply('Successfully logged out');
    }),
    on(listSessions)(async (request) => {
      const { id, sessionId } = principalOf(request);
      const found = await sessions.listOwn(id, request.query);
      return page(
        found.sessions.map((session) => presentSession(session, sessionId)),
        found.total,
      );
    }),
    on(endSession)(async (request) => {
      await sessions.endOwn(principalOf(request).id, request.params.id);
      return reply('Session ended');
    }),
  ];
}
