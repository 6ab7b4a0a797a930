import { describe, expect, it } from '@jest/globals';
import { InMemoryLoginAttempts } from '../../../test/support/in-memory-login-attempts.js';
import { Delay, delayAfter } from './delay.js';

describe('Delay', () => {
  it('grows from the fiftieth failure of a user on, up to a limit', () => {
    expect([0, 49, 50, 59, 60, 70, 80, 90, 100, 110, 10_000].map(delayAfter)).toEqual([
      0, 0, 250, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000,
    ]);
  });

  it('counts the failures of an hour from all clients, and refuses no sign-in', async () => {
    let now = new Date('2026-01-02T03:04:05Z');
    const slept: number[] = [];
    const sleep = (milliseconds: number) => Promise.resolve(void slept.push(milliseconds));
    const delay = new Delay(new InMemoryLoginAttempts(), () => now, sleep);
    for (let i = 0; i < 50; i += 1) await delay.failed('ada');
    await delay.wait('ada');
    await delay.wait('bob');
    expect(slept).toEqual([250]);
    now = new Date(now.getTime() + 60 * 60_000);
    await delay.wait('ada');
    expect(slept).toEqual([250]);
  });
});
