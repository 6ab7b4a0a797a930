import { describe, expect, it } from '@jest/globals';
import { now, Tally } from './part.js';

describe('a tally', () => {
  it('resolves when a number of operations have ended, with their waits', async () => {
    const tally = new Tally();
    const reached = tally.reach(2);
    tally.one();
    tally.one(now() - 50);
    const [first, second] = await reached;
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(50);
  });

  it('includes operations that ended before the call, but none from before its reset', async () => {
    const tally = new Tally();
    tally.one();
    tally.reset();
    tally.one();
    tally.one();
    await expect(tally.reach(2)).resolves.toHaveLength(2);
  });
});
