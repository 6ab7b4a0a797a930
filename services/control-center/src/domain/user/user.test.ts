import { describe, expect, it } from '@jest/globals';
import { changed, sameRoles, type User } from './user.js';

const now = new Date('2026-01-02T03:04:05Z');
const user: User = {
  id: '0199a8f2-0000-7000-8000-000000000001',
  username: 'alice',
  email: 'alice@example.com',
  roles: ['operator', 'viewer'],
  enabled: true,
  tokenEpoch: 3,
  version: 7,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  mfaEnabled: false,
  lastLogin: null,
};

describe('changed', () => {
  it.each([
    ['roles', { roles: ['viewer'] }],
    ['enabled', { enabled: false }],
    ['password', { password: 'anything' }],
    ['address', { email: 'other@example.com' }],
  ])('ends the sessions for new %s', (_what, changes) => {
    const result = changed(user, changes, now);
    expect(result.endsSessions).toBe(true);
    expect(result.user).toMatchObject({ tokenEpoch: 4, version: 8, updatedAt: now });
  });

  it.each([
    ['the same roles in another order', { roles: ['viewer', 'operator', 'viewer'] }],
    ['what is so already', { enabled: true, email: user.email }],
    ['nothing', {}],
  ])('leaves the sessions alone for %s', (_what, changes) => {
    const result = changed(user, changes, now);
    expect(result.endsSessions).toBe(false);
    expect(result.user).toMatchObject({ tokenEpoch: 3, version: 8 });
  });
});

describe('sameRoles', () => {
  it('compares sets', () => {
    expect(sameRoles(['a', 'b'], ['b', 'a', 'a'])).toBe(true);
    expect(sameRoles(['a'], ['a', 'b'])).toBe(false);
    expect(sameRoles(['a', 'c'], ['a', 'b'])).toBe(false);
  });
});
