import { expect, it } from '@jest/globals';
import { Starts } from './starts.js';

it('gives each start after a failed one more time, five minutes at most, and the first again after a success', () => {
  const starts = new Starts('nothing can be started');
  const limits = Array.from({ length: 6 }, () => {
    const { limitMs } = starts;
    starts.failed('the program exited with status 1');
    return limitMs / 1000;
  });
  expect(limits).toEqual([30, 60, 120, 240, 300, 300]);
  expect(starts).toMatchObject({ fault: 'the program exited with status 1', due: false });
  starts.succeeded();
  expect(starts).toMatchObject({ fault: null, limitMs: 30_000 });
});
