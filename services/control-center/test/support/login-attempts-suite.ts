import { describe, expect, it } from '@jest/globals';
import type { LoginAttempts } from '../../src/domain/login/login-attempts.js';

/** The behaviour of every implementation of the port. */
export function loginAttemptsSuite(name: string, open: () => LoginAttempts): void {
  const now = new Date('2026-01-02T03:04:05Z');
  const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const MOST = 3;
  let keys = 0;
  const USER = 'f'.repeat(64);
  const newKey = () => String((keys += 1)).padStart(64, '0');

  describe(name, () => {
    it('counts claims up to the maximum, in any order', async () => {
      const [attempts, key] = [open(), newKey()];
      const claims = await Promise.all(
        Array.from({ length: 20 }, () => attempts.claim({ key, user: USER }, MOST, now, later(15))),
      );
      expect(claims.filter((count) => count !== undefined).sort()).toEqual([1, 2, 3]);
      expect(await attempts.claim({ key: newKey(), user: USER }, MOST, now, later(15))).toBe(1);
    });

    it('expires at the time of the last claim, which refused ones do not postpone', async () => {
      const [attempts, key] = [open(), newKey()];
      for (const minute of [0, 5, 10])
        expect(
          await attempts.claim({ key, user: USER }, MOST, later(minute), later(minute + 15)),
        ).toBeDefined();
      expect(await attempts.claim({ key, user: USER }, MOST, later(24), later(39))).toBeUndefined();
      expect(await attempts.claim({ key, user: USER }, MOST, later(25), later(40))).toBe(1);
      expect(await attempts.claim({ key, user: USER }, MOST, later(26), later(41))).toBe(2);
    });

    it('takes one claim back, or all', async () => {
      const [attempts, key] = [open(), newKey()];
      const claim = () => attempts.claim({ key, user: USER }, MOST, now, later(15));
      expect([await claim(), await claim(), await claim(), await claim()]).toEqual([1, 2, 3, undefined]);
      await attempts.release(key);
      expect([await claim(), await claim()]).toEqual([3, undefined]);
      await attempts.clear(key);
      expect([await claim(), await claim(), await claim(), await claim()]).toEqual([1, 2, 3, undefined]);
      await attempts.release(newKey());
    });

    it('clears every count of a user, and no other', async () => {
      const [attempts, user, other] = [open(), newKey(), newKey()];
      const claim = (key: string, of: string) => attempts.claim({ key, user: of }, MOST, now, later(15));
      const [one, two, three] = [newKey(), newKey(), newKey()];
      for (const key of [one, two]) await claim(key, user);
      await claim(three, other);
      await attempts.add(user, now, 60_000);
      expect(await attempts.clearUser(user)).toBe(3);
      expect(await attempts.count(user, now)).toBe(0);
      expect([await claim(one, user), await claim(two, user), await claim(three, other)]).toEqual([1, 1, 2]);
    });

    it('counts what is added until some time after the first', async () => {
      const [attempts, key] = [open(), newKey()];
      const HOUR = 60 * 60_000;
      expect(await attempts.count(key, now)).toBe(0);
      for (const minute of [0, 30, 59]) await attempts.add(key, later(minute), HOUR);
      expect(await attempts.count(key, later(59))).toBe(3);
      expect(await attempts.count(key, later(60))).toBe(0);
      await attempts.add(key, later(60), HOUR);
      expect(await attempts.count(key, later(61))).toBe(1);
    });
  });
}
