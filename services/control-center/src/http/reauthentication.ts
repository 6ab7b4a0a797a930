import { clientNetwork, sessionOf, type HandlerRequest } from '@provisioning/http-kit';
import type { ReauthenticationRequest } from '../domain/login/reauthentication.js';
import { actorOf } from './actor.js';

type Reauthenticated = Pick<HandlerRequest<never>, 'principal' | 'ip' | 'requestId'> & {
  body: { password: string; mfa_code?: string | undefined };
};

/** Returns the credentials that a signed-in user sent again. @throws Failure `forbidden` for an API token. */
export function reauthenticationOf(request: Reauthenticated): ReauthenticationRequest {
  const { id: userId, username } = sessionOf(request);
  const { password, mfa_code: mfaCode } = request.body;
  return {
    userId,
    username,
    password,
    mfaCode,
    network: clientNetwork(request.ip),
    actor: actorOf(request),
  };
}
