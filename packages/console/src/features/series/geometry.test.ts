import { expect, it } from '@jest/globals';
import { ceilingOf, lineOf, stackOf } from './geometry.js';

it.each([
  [[], 1],
  [[0, null], 1],
  [[3], 5],
  [[11, 7], 20],
  [[0.4, 600], 1000],
])('an axis ends at a round number: %j', (values, end) => expect(ceilingOf(values)).toBe(end));

it('stacks bars on each other, and draws none for zero', () => {
  expect(
    stackOf(
      [
        [1, 0],
        [3, 2],
      ],
      4,
    ),
  ).toEqual([
    [{ x: 50, y: 75, width: 400, height: 25 }],
    [
      { x: 50, y: 0, width: 400, height: 75 },
      { x: 550, y: 50, width: 400, height: 50 },
    ],
  ]);
});

it('interrupts a line where nothing is known, and draws a single value as a dot', () => {
  expect(lineOf([1, null, 2, 0], 2)).toBe('M125 50h1M625 0h1L875 100');
});
