import {
  changePassword,
  endOtherSessions,
  endSession,
  listSessions,
  login,
  logout,
  refresh,
} from '@provisioning/contracts';
import { clientNetwork, on, page, reply, sessionOf, type Binding } from '@provisioning/http-kit';
import type { PasswordService } from '../domain/login/password-service.js';
import type { LoginService } from '../domain/login/login-service.js';
import type { SessionService } from '../domain/session/session-service.js';
import { actorOf } from './actor.js';
import { reauthenticationOf } from './reauthentication.js';
import { presentLogin, presentToken } from './present/login.js';
import { presentSession } from './present/session.js';

/** Returns the operations on sign-in, sessions and a user's own password. */
export function authRoutes(
  logins: LoginService,
  sessions: SessionService,
  passwords: PasswordService,
): Binding[] {
  return [
    on(login)(async (request) => {
      const { body, ip, userAgent } = request;
      const signedIn = await logins.signIn({
        username: body.username,
        password: body.password,
        mfaCode: body.mfa_code,
        ip,
        network: clientNetwork(ip),
        userAgent,
        actor: actorOf(request),
      });
      return reply(presentLogin(signedIn));
    }),
    on(refresh)(async (request) => {
      return reply(presentToken(await sessions.refresh(request.body.token, actorOf(request))));
    }),
    on(logout)(async (request) => {
      await sessions.signOut(sessionOf(request).sessionId, actorOf(request));
      return reply('Successfully logged out');
    }),
    on(changePassword)(async (request) => {
      const { sessionId } = sessionOf(request);
      await passwords.change(reauthenticationOf(request), request.body.new_password, sessionId);
      return reply('Password changed');
    }),
    on(listSessions)(async (request) => {
      const { id, sessionId } = sessionOf(request);
      const found = await sessions.listOwn(id, request.query);
      return page(
        found.sessions.map((session) => presentSession(session, sessionId)),
        found.total,
      );
    }),
    on(endOtherSessions)(async (request) => {
      const { id, sessionId } = sessionOf(request);
      await sessions.endOthers(id, sessionId, actorOf(request));
      return reply('Other sessions ended');
    }),
    on(endSession)(async (request) => {
      await sessions.endOwn(sessionOf(request).id, request.params.id, actorOf(request));
      return reply('Session ended');
    }),
  ];
}
