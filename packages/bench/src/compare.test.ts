import { describe, expect, it } from '@jest/globals';
import { compare, percentile, spreadOf } from './compare.js';

const giving = (name: string, values: number[]) => {
  let next = 0;
  return { name, measure: () => Promise.resolve(values[next++]!) };
};

describe('a comparison', () => {
  const work = { id: 'w', title: 'Work', unit: 'things/s' } as const;

  it('leaves the first round out and takes each ratio within its round', async () => {
    const { results } = await compare(
      {
        ...work,
        better: 'more',
        contenders: [giving('bare', [1, 100, 200, 400]), giving('ours', [1, 50, 150, 400])],
      },
      3,
    );
    expect(results[0]).toEqual({
      contender: 'bare',
      measured: { median: 200, min: 100, max: 400 },
      ratio: { median: 1, min: 1, max: 1 },
    });
    expect(results[1]?.ratio).toEqual({ median: 0.75, min: 0.5, max: 1 });
  });

  it('counts less as better where the unit is a time', async () => {
    const { results } = await compare(
      { ...work, better: 'less', contenders: [giving('bare', [9, 10]), giving('ours', [9, 40])] },
      1,
    );
    expect(results[1]?.ratio.median).toBe(0.25);
  });

  it('begins each round with another contender', async () => {
    const order: string[] = [];
    const noting = (name: string) => ({ name, measure: () => Promise.resolve(order.push(name)) });
    await compare({ ...work, better: 'more', contenders: [noting('a'), noting('b')] }, 2);
    expect(order).toEqual(['a', 'b', 'a', 'b', 'b', 'a']);
  });
});

describe('numbers of a series', () => {
  it('are its median, ends and percentiles', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  });
});
