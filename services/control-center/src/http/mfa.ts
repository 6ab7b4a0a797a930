import { confirmMfa, disableMfa, enrollMfa, renewRecoveryCodes, resetUserMfa } from '@provisioning/contracts';
import { on, reply, sessionOf, type Binding } from '@provisioning/http-kit';
import type { MfaService } from '../domain/mfa/mfa-service.js';
import { actorOf, writerOf } from './actor.js';
import { reauthenticationOf } from './reauthentication.js';

/** Returns the operations on second factors. */
export function mfaRoutes(mfa: MfaService): Binding[] {
  return [
    on(enrollMfa)(async (request) => {
      const { secret, url, qrCode } = await mfa.enroll(
        reauthenticationOf(request),
        sessionOf(request).sessionId,
      );
      return reply({ secret, otpauth_url: url, qr_code: qrCode });
    }),
    on(confirmMfa)(async (request) => {
      const { id: userId, sessionId } = sessionOf(request);
      const owner = { userId, sessionId, actor: actorOf(request) };
      return reply({ recovery_codes: await mfa.confirm(owner, request.body.code) });
    }),
    on(disableMfa)(async (request) => {
      await mfa.disable(reauthenticationOf(request), sessionOf(request).sessionId);
      return reply('MFA disabled');
    }),
    on(renewRecoveryCodes)(async (request) => {
      return reply({ recovery_codes: await mfa.renewRecoveryCodes(reauthenticationOf(request)) });
    }),
    on(resetUserMfa)(async (request) => {
      // An API token may change less of users than its owner may.
      sessionOf(request);
      await mfa.reset(request.params.id, actorOf(request), writerOf(request));
      return reply('MFA reset');
    }),
  ];
}
