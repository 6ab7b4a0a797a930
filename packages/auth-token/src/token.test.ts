import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isFailure } from '@provisioning/errors';
import jwt from 'jsonwebtoken';
import { createKeyring } from './keyring.js';
import { AUDIENCE, ISSUER, issueToken, LONGEST_TOKEN_LIFE_SECONDS as LONGEST, verifyToken } from './token.js';

const SECRET = 'a-secret-for-tests-that-is-long-enough-1';
const OTHER = 'another-secret-for-tests-long-enough-22';
const keyring = createKeyring([SECRET]);
const subject = { userId: 'u1', username: 'ada', roles: ['operator'], sessionId: 's1' };

/** Signs what issueToken never would: `claims` and `header` replace the good ones. */
function forge(claims: object | string, header: Record<string, unknown> = {}, secret = SECRET): string {
  const now = Math.floor(Date.now() / 1000);
  const good = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'u',
    jti: 'j',
    sid: 's',
    iat: now,
    nbf: now,
    exp: now + 60,
    username: 'u',
    roles: [],
  };
  const payload =
    typeof claims === 'string' ? claims : (JSON.parse(JSON.stringify({ ...good, ...claims })) as object);
  return jwt.sign(payload, createSecretKey(Buffer.from(secret)), {
    algorithm: 'HS256',
    header: { alg: 'HS256', typ: 'JWT', kid: keyring.signing.kid, ...header },
  });
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (isFailure(error)) return error.code;
    throw error;
  }
  return undefined;
}

describe('tokens', () => {
  it('contains what was signed', () => {
    const { token, expiresAt, tokenId } = issueToken(keyring, subject, 3600);
    const claims = verifyToken(keyring, token);
    expect(claims).toMatchObject({ ...subject, tokenId });
    expect(claims.expiresAt).toBe(expiresAt.getTime() / 1000);
    expect(claims.expiresAt - claims.issuedAt).toBe(3600);
  });

  it('expires', () => {
    const { token } = issueToken(keyring, subject, 60, new Date(Date.now() - 120_000));
    expect(codeOf(() => verifyToken(keyring, token))).toBe('token_expired');
  });

  it('lives for 30 days at most', () => {
    const { token } = issueToken(keyring, subject, LONGEST);
    expect(verifyToken(keyring, token).username).toBe('ada');
    const longer = issueToken(keyring, subject, LONGEST + 1);
    expect(codeOf(() => verifyToken(keyring, longer.token))).toBe('token_invalid');
  });

  it('is valid for its scope only, where a handler accepts that scope', () => {
    const { token } = issueToken(keyring, { ...subject, scope: 'mfa_enrollment' }, 60);
    expect(codeOf(() => verifyToken(keyring, token))).toBe('mfa_enrollment_required');
    expect(verifyToken(keyring, token, new Date(), ['mfa_enrollment']).scope).toBe('mfa_enrollment');
    expect(verifyToken(keyring, issueToken(keyring, subject, 60).token)).not.toHaveProperty('scope');
  });

  it('verifies with the previous secret after a rotation, and signs with the new one', () => {
    const old = issueToken(keyring, subject, 60).token;
    const rotated = createKeyring([OTHER, SECRET]);
    expect(verifyToken(rotated, old).username).toBe('ada');
    expect(codeOf(() => verifyToken(keyring, issueToken(rotated, subject, 60).token))).toBe('token_invalid');
  });

  it.each([
    ['another audience', () => forge({ aud: 'elsewhere' })],
    ['another issuer', () => forge({ iss: 'elsewhere' })],
    ['a future iat', () => forge({ iat: Math.floor(Date.now() / 1000) + 60 })],
    ['no exp', () => forge({ exp: undefined })],
    ['a life beyond the longest', () => forge({ exp: Math.floor(Date.now() / 1000) + LONGEST + 60 })],
    ['a life beyond the longest, from an old iat', () => forge({ iat: 1_700_000_000 })],
    ['an exp in milliseconds', () => forge({ exp: Date.now() })],
    ['no roles', () => forge({ roles: 'admin' })],
    ['roles of numbers', () => forge({ roles: [1] })],
    ['an unknown scope', () => forge({ scope: 'everything' })],
    ['a string payload', () => forge('"text"')],
    ['an unknown header member', () => forge({}, { crit: ['x'] })],
    ['another typ', () => forge({}, { typ: 'JOSE' })],
    ['kid __proto__', () => forge({}, { kid: '__proto__' })],
    ['kid constructor', () => forge({}, { kid: 'constructor' })],
    ['a key that is not ours', () => forge({}, {}, OTHER)],
    ['no signature', () => `${forge({}).split('.').slice(0, 2).join('.')}.`],
    ['alg none', () => jwt.sign({ sub: 'u' }, '', { algorithm: 'none', keyid: keyring.signing.kid })],
    ['rubbish', () => 'rubbish'],
    ['nothing', () => ''],
  ])('refuses %s', (_what, make) => {
    expect(codeOf(() => verifyToken(keyring, make()))).toBe('token_invalid');
  });
});

describe('the keyring', () => {
  it.each(['short', 'x'.repeat(31), 'secretsecretsecretsecretsecretsecret'])(
    'refuses the secret %j',
    (secret) => {
      expect(codeOf(() => createKeyring([secret]))).toBe('invalid');
    },
  );
});
