import { expect, it } from '@jest/globals';
import { inSlices, SLICE } from './in-slices.js';

it('lets others run between two slices, and keeps the order', async () => {
  const items = Array.from({ length: 2 * SLICE + 1 }, (_, index) => index);
  const madeBefore: number[] = [];
  let made = 0;
  const watch = () => {
    madeBefore.push(made);
    if (made < items.length) setImmediate(watch);
  };
  setImmediate(watch);
  const results = await inSlices(items, (item, index) => {
    made += 1;
    return item + index;
  });
  expect(results).toEqual(items.map((item) => 2 * item));
  expect(madeBefore).toEqual(expect.arrayContaining([SLICE, 2 * SLICE]));
});
