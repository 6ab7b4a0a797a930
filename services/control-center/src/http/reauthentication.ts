import { clientNetwork, sessionOf, type HandlerRequest } from '@provisioning/http-kit';
import type { ReauthenticationRequest } from '../domain/login/reauthentication.js';
import { actorOf } from './actor.js';

type Reauthenticated = Pick<HandlerRequest<never>, 'principal' | 'ip' | 'requestId'> & {
  body: { password: string; mfa_code?: string | undefined };
};

/** What somebody who is signed in has sent to prove once more that it is them. @throws Failure `forbidden` for an API token */
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
