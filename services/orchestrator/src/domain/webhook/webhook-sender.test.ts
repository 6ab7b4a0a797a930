import { expect, it } from '@jest/globals';
import { pauseAfter, waitAfter } from './webhook-sender.js';

it('waits longer after each failure, two hours at most, with some eighteen attempts in a day', () => {
  const longest = Array.from({ length: 30 }, (_, index) => waitAfter(index + 1, () => 1));
  expect(longest.slice(0, 4)).toEqual([5, 20, 80, 320]);
  expect(Math.max(...longest)).toBe(7_200);
  let [tries, seconds] = [1, 0];
  while ((seconds += longest[tries - 1]!) < 86_400) tries++;
  expect(tries).toBe(18);
  expect(waitAfter(3, () => 0)).toBe(60);
});

it('waits as long as an endpoint asks, two hours at most', () => {
  expect([null, 0, 60, 7_200, 86_400].map((retryAfter) => pauseAfter({ retryAfter }))).toEqual([
    ...[null, 0, 60, 7_200],
    7_200,
  ]);
});
