import type { KeyObject } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import jwt from 'jsonwebtoken';
import { v7 as uuidv7 } from 'uuid';
import type { Keyring } from './keyring.js';
import { faultOfJwt, TokenFault } from './token-fault.js';

/** The issuer of user tokens. */
export const ISSUER = 'provisioning-control-center';
/** The audience of user tokens. */
export const AUDIENCE = 'provisioning';

/** The longest lifetime that can be configured, 30 days: a token that claims more was not issued here. */
export const LONGEST_TOKEN_LIFE_SECONDS = 30 * 24 * 60 * 60;

const CLOCK_TOLERANCE_SECONDS = 5;
const HEADER_MEMBERS = new Set(['alg', 'typ', 'kid']);

/** The user and the session of a token. */
export interface TokenSubject {
  userId: string;
  username: string;
  /** Conditions of policies read it; empty in tokens of a version that did not have it. */
  email?: string;
  roles: readonly string[];
  /** The session that the token belongs to: ending it ends the token. */
  sessionId: string;
  /** What the token is restricted to; absent for no restriction. */
  scope?: TokenScope;
}

/** `mfa_enrollment`: to set up the second factor that the user must have. */
export type TokenScope = 'mfa_enrollment';

/** The claims of a valid token (RFC 7519; times in seconds since the epoch). */
export interface Claims extends TokenSubject {
  tokenId: string;
  issuedAt: number;
  expiresAt: number;
}

/** A signed token and its expiry. */
export interface IssuedToken {
  token: string;
  tokenId: string;
  expiresAt: Date;
}

/**
 * Issues a token that is valid for `lifetimeSeconds` from `now`. Its id contains the time in milliseconds, which
 * revocations of a user refer to.
 */
export function issueToken(
  keyring: Keyring,
  subject: TokenSubject,
  lifetimeSeconds: number,
  now: Date = new Date(),
): IssuedToken {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const expiresAt = issuedAt + lifetimeSeconds;
  const tokenId = uuidv7({ msecs: now.getTime() });
  const token = jwt.sign(
    {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: subject.userId,
      jti: tokenId,
      sid: subject.sessionId,
      iat: issuedAt,
      nbf: issuedAt,
      exp: expiresAt,
      username: subject.username,
      ...(subject.email === undefined ? {} : { email: subject.email }),
      roles: [...subject.roles],
      ...(subject.scope === undefined ? {} : { scope: subject.scope }),
    },
    keyring.signing.key,
    { algorithm: 'HS256', keyid: keyring.signing.kid },
  );
  return { token, tokenId, expiresAt: new Date(expiresAt * 1000) };
}

/**
 * @param accepted the scopes that the caller handles: a restricted token is valid nowhere else.
 * @throws Failure `unauthenticated` with the code `token_expired` or `token_invalid`, whose text never reveals which
 * check failed (its cause does, for the log). Failure `forbidden` (`mfa_enrollment_required`) for a scope that is not
 * accepted.
 */
export function verifyToken(
  keyring: Keyring,
  token: string,
  now: Date = new Date(),
  accepted: readonly TokenScope[] = [],
): Claims {
  const seconds = Math.floor(now.getTime() / 1000);
  let verified: jwt.Jwt;
  try {
    verified = jwt.verify(token, selectKey(keyring, token), {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      clockTimestamp: seconds,
      complete: true,
    });
  } catch (cause) {
    if (cause instanceof jwt.TokenExpiredError) {
      throw new Failure('unauthenticated', 'The token has expired. Sign in again.', {
        code: 'token_expired',
        cause,
      });
    }
    throw invalid(faultOfJwt(cause));
  }
  const claims = readClaims(verified, seconds);
  if (claims.scope !== undefined && !accepted.includes(claims.scope)) throw enrollmentRequired();
  return claims;
}

/** Returns the Failure for a token that is restricted to setting up a second factor. */
export function enrollmentRequired(): Failure {
  return new Failure(
    'forbidden',
    'Admins must have a second factor. Set it up with POST /auth/mfa/enroll and /auth/mfa/confirm of the control center, then sign in again.',
    { code: 'mfa_enrollment_required' },
  );
}

/** @throws TokenFault */
export function selectKey(keyring: Keyring, token: string): KeyObject {
  const decoded = jwt.decode(token, { complete: true });
  if (!decoded) throw new TokenFault('malformed', 'the token cannot be read');
  const { kid } = decoded.header;
  const key = typeof kid === 'string' ? keyring.accepted.get(kid) : undefined;
  if (!key) throw new TokenFault('unknown_key', 'the token names no known key');
  return key;
}

/**
 * jsonwebtoken leaves these checks to its caller: it accepts unknown header fields, payloads that are not objects, and
 * a future `iat`.
 */
function readClaims({ header, payload }: jwt.Jwt, now: number): Claims {
  if (Object.keys(header).some((member) => !HEADER_MEMBERS.has(member)) || header.typ !== 'JWT') {
    throw badClaims('unexpected header');
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw badClaims('payload is no object');
  // Safe cast: the verified payload of a token is an object; its members are checked below.
  const { sub, jti, sid, iat, exp, username, email, roles, scope } = payload as Record<string, unknown>;
  if (
    typeof sub !== 'string' ||
    typeof jti !== 'string' ||
    typeof sid !== 'string' ||
    typeof username !== 'string' ||
    (email !== undefined && typeof email !== 'string') ||
    typeof iat !== 'number' ||
    typeof exp !== 'number' ||
    !Array.isArray(roles) ||
    !roles.every((role) => typeof role === 'string') ||
    (scope !== undefined && scope !== 'mfa_enrollment')
  ) {
    throw badClaims('a claim is missing or of the wrong type');
  }
  if (iat > now + CLOCK_TOLERANCE_SECONDS) throw badClaims('issued in the future');
  if (exp - iat > LONGEST_TOKEN_LIFE_SECONDS) throw badClaims('a longer life than any issued token has');
  return {
    userId: sub,
    tokenId: jti,
    sessionId: sid,
    username,
    roles,
    issuedAt: iat,
    expiresAt: exp,
    ...(email === undefined ? {} : { email }),
    ...(scope === undefined ? {} : { scope }),
  };
}

function badClaims(message: string): Failure {
  return invalid(new TokenFault('bad_claims', message));
}

function invalid(cause: TokenFault): Failure {
  return new Failure('unauthenticated', 'The token is not valid. Sign in again.', {
    code: 'token_invalid',
    cause,
  });
}
