import { describe, expect, it } from '@jest/globals';
import { createKeyring } from './keyring.js';
import { issuedAtMilliseconds, RevocationSet, type RevocationEntry } from './revocations.js';
import { issueToken, verifyToken } from './token.js';

const keyring = createKeyring(['a-secret-for-tests-that-is-long-enough-1']);
const AT = Date.parse('2026-01-02T03:04:05.500Z');
const END = '2026-01-03T00:00:00.000Z';

const claimsIssued = (milliseconds: number, subject: object = {}) => {
  const now = new Date(milliseconds);
  const whom = { userId: 'u1', username: 'ada', roles: [], sessionId: 's1', ...subject };
  return verifyToken(keyring, issueToken(keyring, whom, 3600, now).token, now);
};
const entry = (kind: RevocationEntry['kind'], subject: string, at = AT): RevocationEntry => ({
  kind,
  subject,
  at: new Date(at).toISOString(),
  expires_at: END,
});
const setOf = (...entries: RevocationEntry[]) => {
  const set = new RevocationSet();
  for (const one of entries) set.add(one);
  return set;
};

describe('revocations', () => {
  it('of a session end every token of it, and no other', () => {
    const set = setOf(entry('session', 's1'));
    expect(set.isRevoked(claimsIssued(AT + 60_000))).toBe(true);
    expect(set.isRevoked(claimsIssued(AT, { sessionId: 's2' }))).toBe(false);
  });

  it('of a token end that one', () => {
    const claims = claimsIssued(AT);
    const set = setOf(entry('token', claims.tokenId));
    expect(set.isRevoked(claims)).toBe(true);
    expect(set.isRevoked(claimsIssued(AT))).toBe(false);
  });

  it('of a user end what was issued up to then, not what follows in the same second', () => {
    const set = setOf(entry('user', 'u1'));
    expect([-400, -1, 0, 1, 499].map((after) => set.isRevoked(claimsIssued(AT + after)))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(set.isRevoked(claimsIssued(AT - 400, { userId: 'u2' }))).toBe(false);
  });

  it('of a user end all tokens of the same second if their id has no time', () => {
    const set = setOf(entry('user', 'u1'));
    const claims = { ...claimsIssued(AT + 100), tokenId: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' };
    expect(issuedAtMilliseconds(claims)).toBe(AT - 500);
    expect(set.isRevoked(claims)).toBe(true);
  });

  it('have the same effect in any order and with repetitions', () => {
    const [early, late] = [entry('user', 'u1', AT - 1000), entry('user', 'u1')];
    for (const set of [setOf(early, late), setOf(late, early, early, late)]) {
      expect(set.isRevoked(claimsIssued(AT))).toBe(true);
      expect(set.isRevoked(claimsIssued(AT + 1))).toBe(false);
      expect(set.size).toBe(1);
    }
  });

  it('of everything end what was issued to any user up to then, and nothing later', () => {
    const set = setOf(entry('all', '00000000-0000-0000-0000-000000000000'));
    expect([-400, 0, 1].map((after) => set.isRevoked(claimsIssued(AT + after)))).toEqual([true, true, false]);
    expect(set.isRevoked(claimsIssued(AT - 1, { userId: 'u2', sessionId: 's9' }))).toBe(true);
    const known = (since: number) => ({ id: 't1', userId: 'u1', knownSince: new Date(since) });
    expect(set.isApiTokenRevoked(known(AT - 1))).toBe(true);
    expect(set.isApiTokenRevoked(known(AT + 1))).toBe(false);
  });

  it('of an API token, or of its owner, end answers about it', () => {
    const known = { id: 't1', userId: 'u1', knownSince: new Date(AT - 1) };
    expect(setOf(entry('api_token', 't1')).isApiTokenRevoked(known)).toBe(true);
    expect(setOf(entry('api_token', 't2')).isApiTokenRevoked(known)).toBe(false);
    expect(setOf(entry('user', 'u1')).isApiTokenRevoked(known)).toBe(true);
    expect(setOf(entry('user', 'u1')).isApiTokenRevoked({ ...known, knownSince: new Date(AT + 1) })).toBe(
      false,
    );
  });

  it('of a user are compared by number, not by clock, if the answer about an API token has one', () => {
    const set = new RevocationSet();
    set.add({ ...entry('user', 'u1'), seq: 7 });
    const known = (asOf: number | undefined, knownSince = new Date(AT + 60_000)) =>
      set.isApiTokenRevoked({ id: 't1', userId: 'u1', knownSince, asOf });
    // Looked up while number 7 was being committed: later by the clock, and yet from before.
    expect(known(6)).toBe(true);
    expect(known(7, new Date(AT - 60_000))).toBe(false);
    expect(known(undefined)).toBe(false);
    set.add({ ...entry('user', 'u1', AT - 1000), seq: 9 });
    expect([known(8), known(9)]).toEqual([true, false]);
  });

  it('are removed when their tokens have expired', () => {
    const set = setOf(entry('session', 's1'));
    set.forgetExpired(new Date(END));
    expect(set.size).toBe(1);
    set.forgetExpired(new Date(Date.parse(END) + 1));
    expect(set.size).toBe(0);
  });
});
