import { expect, it } from '@jest/globals';
import { clockTime, duration } from './time.js';

it.each([
  [-5, '0.0 s'],
  [4_240, '4.2 s'],
  [59_900, '59 s'],
  [192_000, '3 min 12 s'],
  [3_840_000, '1 h 04 min'],
  [190_800_000, '2 d 5 h'],
])('a duration of %d ms is %s', (milliseconds, words) => expect(duration(milliseconds)).toBe(words));

it('a time is always said with its zone, and with its day unless that is today', () => {
  const at = '2026-01-02T03:04:05Z';
  expect(clockTime(at, new Date(at))).toMatch(/^\d\d:04:05 \S+/);
  expect(clockTime(at, new Date('2026-02-02T03:04:05Z'))).toMatch(/2026.*:04:05 \S+/);
});

it('a time is shown in UTC for those who prefer it', () => {
  const at = '2026-01-02T03:04:05Z';
  expect(clockTime(at, new Date(at), 'utc')).toBe('03:04:05 UTC');
});
