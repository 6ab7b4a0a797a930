import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createKeyring, issueToken } from '@provisioning/auth-token';
import { VerifiedTokens } from './verified-tokens.js';

const keyring = createKeyring(['of-this-test-alone-0123456789abcdefghij']);
const ada = { userId: 'u', username: 'ada', roles: ['operator'], sessionId: 's' };

afterEach(() => {
  jest.useRealTimers();
});

describe('verified tokens', () => {
  it('give the same principal each time', () => {
    const tokens = new VerifiedTokens(keyring);
    const { token } = issueToken(keyring, ada, 60);
    const first = tokens.verify(token);
    expect(first.principal).toMatchObject({ id: 'u', username: 'ada', roles: ['operator'], sessionId: 's' });
    expect(tokens.verify(token).principal).toBe(first.principal);
  });

  it('are not valid after their expiry', () => {
    jest.useFakeTimers();
    const tokens = new VerifiedTokens(keyring);
    const { token } = issueToken(keyring, ada, 60);
    tokens.verify(token);
    jest.setSystemTime(Date.now() + 59_000);
    tokens.verify(token);
    jest.setSystemTime(Date.now() + 7_000);
    expect(() => tokens.verify(token)).toThrow('expired');
  });

  it('may be restricted, which the caller sees', () => {
    const tokens = new VerifiedTokens(keyring);
    const { token } = issueToken(keyring, { ...ada, scope: 'mfa_enrollment' }, 60);
    expect(tokens.verify(token).claims.scope).toBe('mfa_enrollment');
  });

  it('are identified by their complete text', () => {
    const tokens = new VerifiedTokens(keyring);
    const { token } = issueToken(keyring, ada, 60);
    tokens.verify(token);
    const last = token.at(-1) === 'A' ? 'B' : 'A';
    const [head, payload] = token.split('.');
    expect(() => tokens.verify(`${head}.${payload}.${last.repeat(43)}`)).toThrow('not valid');
  });
});
