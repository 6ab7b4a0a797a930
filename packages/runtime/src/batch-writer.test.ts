import { describe, expect, it } from '@jest/globals';
import { BatchWriter } from './batch-writer.js';

describe('a batch writer', () => {
  it('writes what comes during a write in one go with the next', async () => {
    const batches: number[][] = [];
    let release = () => {};
    const writer = new BatchWriter<number>(async (items) => {
      batches.push(items);
      if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve));
    });
    const first = writer.add(1);
    await Promise.resolve();
    await Promise.resolve();
    const others = [writer.add(2), writer.add(3)];
    release();
    await Promise.all([first, ...others]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('fails those whose write failed, and goes on', async () => {
    const writer = new BatchWriter<string>(async (items) => {
      if (items.includes('bad')) throw new Error('refused');
    });
    await expect(writer.add('bad')).rejects.toThrow('refused');
    await expect(writer.add('good')).resolves.toBeUndefined();
  });

  it('holds to the most that go at once', async () => {
    const sizes: number[] = [];
    const writer = new BatchWriter<number>(async (items) => void sizes.push(items.length), 2);
    await Promise.all([1, 2, 3, 4, 5].map((item) => writer.add(item)));
    expect(sizes).toEqual([2, 2, 1]);
  });
});
