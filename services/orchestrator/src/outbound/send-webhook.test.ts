import { expect, it } from '@jest/globals';
import { secondsOf } from './send-webhook.js';

const now = new Date('2026-11-30T12:00:00.500Z');

it.each<[text: string | undefined, seconds: number | null]>([
  [undefined, null],
  ['0', 0],
  ['120', 120],
  ['Mon, 30 Nov 2026 12:01:00 GMT', 60],
  ['Mon, 30 Nov 2026 11:00:00 GMT', 0],
  ['-1', null],
  ['1.5', null],
  ['soon', null],
  ['soon GMT', null],
  ['2026-11-30T12:01:00Z', null],
  ['', null],
])('Retry-After: %s asks for %s s', (text, seconds) => {
  expect(secondsOf(text, now)).toBe(seconds);
});
