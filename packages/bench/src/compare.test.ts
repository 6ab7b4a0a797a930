import { describe, expect, it } from '@jest/globals';
import { judge } from './bars.js';
import { compare, percentile, spreadOf } from './compare.js';
import { verdict } from './report/report.js';

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

describe('a bar', () => {
  const samples = new Map([
    ['ours', [4, 6, 9]],
    ['bare', [8, 10, 10]],
    ['peer', [1, 2, 2]],
    ['slow peer', [1, 1, 1]],
  ]);

  it('is held against a contender, round by round', () => {
    const bars = [
      { of: 'ours', against: 'bare', atLeast: 0.6 },
      { of: 'ours', against: 'bare', atMost: 0.5 },
    ];
    expect(judge(bars, 'more', samples)).toEqual([
      { of: 'ours', against: 'bare', atLeast: 0.6, measured: 0.6, reached: true },
      { of: 'ours', against: 'bare', atMost: 0.5, measured: 0.6, reached: false },
    ]);
  });

  it('is held against the best of several: the most of a rate, the least of a time', () => {
    const bar = { of: 'ours', bestOf: ['slow peer', 'peer'], atMost: 5 };
    expect(judge([bar], 'more', samples)[0]).toMatchObject({ against: 'peer', among: 2, measured: 4 });
    expect(judge([bar], 'less', samples)[0]).toMatchObject({ against: 'slow peer', measured: 6 });
  });

  it('may be a figure of its own', () => {
    expect(judge([{ of: 'ours', atMost: 6 }], 'less', samples)).toEqual([
      { of: 'ours', against: null, atMost: 6, measured: 6, reached: true },
    ]);
  });

  it('is neither reached nor missed if its rival is absent, and must name a contender', () => {
    const bar = { of: 'ours', against: 'ninja', atMost: 2 };
    expect(judge([bar], 'less', samples, ['ninja'])[0]).toMatchObject({ against: 'ninja', reached: null });
    expect(() => judge([bar], 'less', samples)).toThrow('ninja');
  });

  it('is described in a sentence', () => {
    const [judged] = judge([{ of: 'ours', against: 'bare', atLeast: 0.8 }], 'more', samples);
    expect(verdict(judged!)).toBe('ours: 0.6 × bare, asked at least 0.8: not reached');
  });
});

describe('numbers of a series', () => {
  it('are its median, ends and percentiles', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  });
});
