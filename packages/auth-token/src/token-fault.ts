import { isFailure, messageOf } from '@provisioning/errors';
import jwt from 'jsonwebtoken';

/** Why a token was not issued here or is not accepted. Expiry and revocation are not among the reasons. */
export type TokenFaultReason = 'malformed' | 'unknown_key' | 'bad_signature' | 'bad_claims' | 'not_accepted';

/** The cause of a Failure `unauthenticated`, for the log and the audit trail; clients never see it. */
export class TokenFault extends Error {
  override readonly name = 'TokenFault';

  constructor(
    readonly reason: TokenFaultReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Returns the fault of a token that jsonwebtoken does not verify. */
export function faultOfJwt(cause: unknown): TokenFault {
  if (cause instanceof TokenFault) return cause;
  const message = messageOf(cause);
  return new TokenFault(reasonOf(cause, message), message, { cause });
}

function reasonOf(cause: unknown, message: string): TokenFaultReason {
  if (cause instanceof jwt.NotBeforeError || /^jwt (audience|issuer|subject|id) invalid/.test(message))
    return 'bad_claims';
  return message === 'invalid signature' ? 'bad_signature' : 'malformed';
}

/** Returns why a token was refused as forged or malformed; undefined for every other failure. */
export function tokenFaultOf(error: unknown): TokenFaultReason | undefined {
  if (!isFailure(error) || error.kind !== 'unauthenticated') return undefined;
  if (error.cause instanceof TokenFault) return error.cause.reason;
  return error.code === 'token_invalid' ? 'not_accepted' : undefined;
}
