import { describe, expect, it } from '@jest/globals';
import { createKeyring } from './keyring.js';
import { isSigned, issueServiceToken, signText, verifyServiceToken } from './service-token.js';
import { issueToken, verifyToken } from './token.js';

const OLD = 'an-older-secret-of-these-tests-0123456789';
const NEW = 'a-newer-secret-of-these-tests-0123456789';
const keyring = createKeyring([NEW]);
const subject = { userId: 'u', username: 'ada', roles: ['admin'], sessionId: 's' };

describe('a token of a service', () => {
  it('tells which service asks, for a minute', () => {
    const token = issueServiceToken(keyring, 'orchestrator');
    expect(verifyServiceToken(keyring, token)).toBe('orchestrator');
    const later = new Date(Date.now() + 70_000);
    expect(() => verifyServiceToken(keyring, token, later)).toThrow('for our other service only');
  });

  it('is none of a person, nor the other way round', () => {
    expect(() => verifyToken(keyring, issueServiceToken(keyring, 'orchestrator'))).toThrow('not valid');
    const { token } = issueToken(keyring, subject, 60);
    expect(() => verifyServiceToken(keyring, token)).toThrow('for our other service only');
  });

  it('of an older secret is taken as long as that is accepted', () => {
    const token = issueServiceToken(createKeyring([OLD]), 'orchestrator');
    expect(verifyServiceToken(createKeyring([NEW, OLD]), token)).toBe('orchestrator');
    expect(() => verifyServiceToken(keyring, token)).toThrow('for our other service only');
  });
});

describe('a signed text', () => {
  const signed = signText(keyring, 'bundle', 'text');

  it('is known again by whoever has the secret', () => {
    expect(isSigned(keyring, 'bundle', 'text', signed)).toBe(true);
    expect(isSigned(createKeyring([OLD, NEW]), 'bundle', 'text', signed)).toBe(true);
  });

  it('is refused when anything of it is another', () => {
    expect(isSigned(keyring, 'bundle', 'texT', signed)).toBe(false);
    expect(isSigned(keyring, 'other', 'text', signed)).toBe(false);
    expect(isSigned(createKeyring([OLD]), 'bundle', 'text', signed)).toBe(false);
    expect(isSigned(keyring, 'bundle', 'text', { ...signed, signature: 'short' })).toBe(false);
  });
});
