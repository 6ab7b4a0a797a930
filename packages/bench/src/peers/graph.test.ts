import { describe, expect, it } from '@jest/globals';
import { Countdown, GRAPH, walk } from './graph.js';

describe('the graph of the benchmark', () => {
  it('has ten layers of fifty, each depending on three of the layer before', () => {
    expect(GRAPH).toHaveLength(500);
    expect(GRAPH.slice(0, 50).every((parents) => parents.length === 0)).toBe(true);
    for (const [index, parents] of GRAPH.entries()) {
      if (index < 50) continue;
      expect(new Set(parents).size).toBe(3);
      expect(parents.every((parent) => Math.floor(parent / 50) === Math.floor(index / 50) - 1)).toBe(true);
    }
  });

  it('makes a node ready when the last of its parents has ended', () => {
    const countdown = new Countdown();
    expect(countdown.first).toHaveLength(50);
    const ready = countdown.first.flatMap((index) => countdown.ended(index));
    expect(ready.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => 50 + index));
  });

  it('is walked in its order, no more at once than are allowed', async () => {
    const ended = new Set<number>();
    let running = 0;
    let most = 0;
    await walk(20, async (index) => {
      expect(GRAPH[index]!.every((parent) => ended.has(parent))).toBe(true);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      ended.add(index);
    });
    expect(ended.size).toBe(500);
    expect(most).toBe(20);
  });
});
