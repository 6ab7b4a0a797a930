import { afterEach, expect, it, jest } from '@jest/globals';
import { every, isBudgetLow, noteBudget } from './request-budget.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
afterEach(() => {
  jest.restoreAllMocks();
});

const answer = (remaining: number, resetInSeconds: number) =>
  noteBudget(
    new Headers({
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(NOW / 1000 + resetInSeconds),
    }),
  );

it('fetches in the background as often as asked, and while the budget is low only after its reset', () => {
  const clock = jest.spyOn(Date, 'now').mockReturnValue(NOW);
  const interval = every(15_000);
  expect(interval()).toBe(15_000);
  answer(25, 40);
  expect(isBudgetLow()).toBe(true);
  expect(interval()).toBe(40_001);
  // Nearer to the reset than its own interval.
  answer(25, 5);
  expect(interval()).toBe(15_000);
  answer(25, 40);
  clock.mockReturnValue(NOW + 40_001);
  expect(isBudgetLow()).toBe(false);
  expect(interval()).toBe(15_000);
  clock.mockReturnValue(NOW);
  answer(26, 40);
  expect(interval()).toBe(15_000);
});

it('counts a response without a budget for nothing', () => {
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
  answer(3, 40);
  noteBudget(new Headers());
  expect(isBudgetLow()).toBe(true);
});
