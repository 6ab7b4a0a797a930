import { createHmac, timingSafeEqual } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import jwt from 'jsonwebtoken';
import type { Keyring } from './keyring.js';
import { faultOfJwt, TokenFault } from './token-fault.js';
import { ISSUER, selectKey } from './token.js';

/** Different from the one of user tokens, so that neither is accepted as the other. */
const SERVICE_AUDIENCE = 'provisioning-services';
const LIFE_SECONDS = 60;
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Issues a token for a call between the services, valid for a minute. It proves knowledge of the shared secret.
 */
export function issueServiceToken(keyring: Keyring, service: string, now: Date = new Date()): string {
  const issuedAt = Math.floor(now.getTime() / 1000);
  return jwt.sign(
    { iss: ISSUER, aud: SERVICE_AUDIENCE, sub: service, iat: issuedAt, exp: issuedAt + LIFE_SECONDS },
    keyring.signing.key,
    { algorithm: 'HS256', keyid: keyring.signing.kid },
  );
}

/** @returns the name of the calling service. @throws Failure `unauthenticated`. */
export function verifyServiceToken(keyring: Keyring, token: string, now: Date = new Date()): string {
  try {
    const payload = jwt.verify(token, selectKey(keyring, token), {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: SERVICE_AUDIENCE,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      clockTimestamp: Math.floor(now.getTime() / 1000),
      maxAge: LIFE_SECONDS,
    });
    if (typeof payload !== 'object' || typeof payload.sub !== 'string' || typeof payload.exp !== 'number')
      throw new TokenFault('bad_claims', 'a claim is missing');
    return payload.sub;
  } catch (cause) {
    throw new Failure('unauthenticated', 'This operation is for our other service only.', {
      code: 'token_invalid',
      cause: faultOfJwt(cause),
    });
  }
}

/** Signs a text with the shared secret: HMAC-SHA256 in hex, under a key for the purpose. */
export function signText(
  keyring: Keyring,
  purpose: string,
  text: string,
): { kid: string; signature: string } {
  const { kid, key } = keyring.signing;
  return { kid, signature: macOf(key.export(), purpose, text) };
}

/** Returns whether {@link signText} made the signature with an accepted key. */
export function isSigned(
  keyring: Keyring,
  purpose: string,
  text: string,
  { kid, signature }: { kid: string; signature: string },
): boolean {
  const key = keyring.accepted.get(kid);
  if (!key) return false;
  const expected = Buffer.from(macOf(key.export(), purpose, text));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function macOf(secret: Buffer, purpose: string, text: string): string {
  const key = createHmac('sha256', secret).update(`provisioning:${purpose}`).digest();
  return createHmac('sha256', key).update(text).digest('hex');
}
