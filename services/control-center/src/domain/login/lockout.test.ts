import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryLoginAttempts } from '../../../test/support/in-memory-login-attempts.js';
import { Lockout, LOCKED_MS, MOST_FAILURES } from './lockout.js';

describe('Lockout', () => {
  let now: Date;
  let checked: number;
  let lockout: Lockout;
  beforeEach(() => {
    now = new Date('2026-01-02T03:04:05Z');
    checked = 0;
    lockout = new Lockout(new InMemoryLoginAttempts(), () => now);
  });
  const attempt = (right: boolean, key = 'alice') =>
    lockout.attempt({ key, user: key }, () => {
      checked += 1;
      return Promise.resolve(right);
    });
  const many = (count: number, right: boolean) =>
    Promise.all(Array.from({ length: count }, () => attempt(right)));

  it('checks five wrong attempts, then none', async () => {
    expect(await many(50, false)).toEqual([
      ...Array<string>(4).fill('wrong'),
      'last',
      ...Array<string>(45).fill('locked'),
    ]);
    expect(checked).toBe(MOST_FAILURES);
    expect(await attempt(true)).toBe('locked');
  });

  it('locks one key, not the others', async () => {
    await many(5, false);
    expect(await attempt(true, 'bob')).toBe('right');
  });

  it('forgets failures after 15 minutes without an attempt', async () => {
    await many(6, false);
    now = new Date(now.getTime() + LOCKED_MS - 1);
    expect(await attempt(true)).toBe('locked');
    now = new Date(now.getTime() + 1);
    expect(await attempt(true)).toBe('right');
  });

  it('restarts the count after a correct attempt', async () => {
    await many(4, false);
    await attempt(true);
    expect(await many(5, false)).toEqual([...Array<string>(4).fill('wrong'), 'last']);
  });

  it('never locks out concurrent correct attempts', async () => {
    expect(await many(20, true)).toEqual(Array(20).fill('right'));
  });

  it('does not count an attempt that could not be checked', async () => {
    for (let i = 0; i < 10; i++) {
      await expect(
        lockout.attempt({ key: 'alice', user: 'alice' }, () => Promise.reject(new Error('busy'))),
      ).rejects.toThrow('busy');
    }
    expect(await attempt(true)).toBe('right');
  });

  it('refuses when too many wait for the same key', async () => {
    const results = await Promise.allSettled(Array.from({ length: 70 }, () => attempt(true)));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(6);
    expect(refused[0]).toMatchObject({ reason: { kind: 'unavailable', retryAfter: 5 } });
    expect(await attempt(true)).toBe('right');
  });
});
