import { describe, expect, it } from '@jest/globals';
import { createKeyring } from './keyring.js';
import { isSigned, issueServiceToken, signText, verifyServiceToken } from './service-token.js';
import { issueToken, verifyToken } from './token.js';

const OLD = 'an-older-secret-of-these-tests-0123456789';
const NEW = 'a-newer-secret-of-these-tests-0123456789';
const keyring = createKeyring([NEW]);
const subject = { userId: 'u', username: 'ada', roles: ['admin'], sessionId: 's' };

describe('a token of a service', () => {
  it('identifies the calling service for a minute', () => {
    const token = issueServiceToken(keyring, 'orchestrator');
    expect(verifyServiceToken(keyring, token)).toBe('orchestrator');
    const later = new Date(Date.now() + 70_000);
    expect(() => verifyServiceToken(keyring, token, later)).toThrow('for our other service only');
  });

  it('is not accepted as a user token, and vice versa', () => {
    expect(() => verifyToken(keyring, issueServiceToken(keyring, 'orchestrator'))).toThrow('not valid');
    const { token } = issueToken(keyring, subject, 60);
    expect(() => verifyServiceToken(keyring, token)).toThrow('for our other service only');
  });

  it('of an earlier secret is valid while that secret is accepted', () => {
    const token = issueServiceToken(createKeyring([OLD]), 'orchestrator');
    expect(verifyServiceToken(createKeyring([NEW, OLD]), token)).toBe('orchestrator');
    expect(() => verifyServiceToken(keyring, token)).toThrow('for our other service only');
  });
});

describe('a signed text', () => {
  const signed = signText(keyring, 'bundle', 'text');

  it('is verified with the secret', () => {
    expect(isSigned(keyring, 'bundle', 'text', signed)).toBe(true);
    expect(isSigned(createKeyring([OLD, NEW]), 'bundle', 'text', signed)).toBe(true);
  });

  it('is refused if any part differs', () => {
    expect(isSigned(keyring, 'bundle', 'texT', signed)).toBe(false);
    expect(isSigned(keyring, 'other', 'text', signed)).toBe(false);
    expect(isSigned(createKeyring([OLD]), 'bundle', 'text', signed)).toBe(false);
    expect(isSigned(keyring, 'bundle', 'text', { ...signed, signature: 'short' })).toBe(false);
  });
});
