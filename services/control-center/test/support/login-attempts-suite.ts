import { describe, expect, it } from '@jest/globals';
import type { LoginAttempts } from '../../src/domain/ports.js';

/** What every implementation of the port must do. */
export function loginAttemptsSuite(name: string, open: () => LoginAttempts): void {
  const now = new Date('2026-01-02T03:04:05Z');
  const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const MOST = 3;
  let keys = 0;
  const newKey = () => String((keys += 1)).padStart(64, '0');

  describe(name, () => {
    it('counts claims up to the most there may be, whoever is first', async () => {
      const [attempts, key] = [open(), newKey()];
      const claims = await Promise.all(
        Array.from({ length: 20 }, () => attempts.claim(key, MOST, now, later(15))),
      );
      expect(claims.filter((claimed) => claimed)).toHaveLength(MOST);
      expect(await attempts.claim(newKey(), MOST, now, later(15))).toBe(true);
    });

    it('forgets at the time that the last claim said, which refused ones do not put off', async () => {
      const [attempts, key] = [open(), newKey()];
      for (const minute of [0, 5, 10])
        expect(await attempts.claim(key, MOST, later(minute), later(minute + 15))).toBe(true);
      expect(await attempts.claim(key, MOST, later(24), later(39))).toBe(false);
      expect(await attempts.claim(key, MOST, later(25), later(40))).toBe(true);
      expect(await attempts.claim(key, MOST, later(26), later(41))).toBe(true);
    });

    it('takes one claim back, or all', async () => {
      const [attempts, key] = [open(), newKey()];
      const claim = () => attempts.claim(key, MOST, now, later(15));
      expect([await claim(), await claim(), await claim(), await claim()]).toEqual([true, true, true, false]);
      await attempts.release(key);
      expect([await claim(), await claim()]).toEqual([true, false]);
      await attempts.clear(key);
      expect([await claim(), await claim(), await claim(), await claim()]).toEqual([true, true, true, false]);
      await attempts.release(newKey());
    });
  });
}
