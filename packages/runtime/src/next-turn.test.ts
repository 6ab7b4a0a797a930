import { expect, it } from '@jest/globals';
import { nextTurn } from './next-turn.js';

it('runs one slice of work in each turn of the event loop, for all callers together', async () => {
  const slices: string[] = [];
  let turns = 0;
  const count = () => {
    turns += 1;
    slices.push('turn');
    if (turns < 12) setImmediate(count);
  };
  setImmediate(count);
  const work = async (name: string) => {
    for (let n = 0; n < 3; n++) {
      await nextTurn();
      slices.push(name);
    }
  };
  await Promise.all([work('a'), work('b')]);
  const between = slices.join(' ').split('turn');
  expect(between.map((part) => part.trim()).filter((part) => part.includes(' '))).toEqual([]);
  expect(slices.filter((slice) => slice !== 'turn')).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
});
