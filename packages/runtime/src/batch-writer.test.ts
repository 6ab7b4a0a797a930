import { describe, expect, it } from '@jest/globals';
import { BatchWriter } from './batch-writer.js';
import { OutOfPatience, Patience } from './patience.js';
import { currentContext, runInContext } from './request-context.js';

/** A request whose patience ends after a millisecond. */
const impatiently = <T>(act: () => T): T =>
  runInContext({ requestId: 'r', traceId: '', spanId: '', patience: new Patience(1) }, act);

describe('a batch writer', () => {
  it('writes items that are added during a write together in the next one', async () => {
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

  it('rejects the items of a failed write, and continues', async () => {
    const writer = new BatchWriter<string>(async (items) => {
      if (items.includes('bad')) throw new Error('refused');
    });
    await expect(writer.add('bad')).rejects.toThrow('refused');
    await expect(writer.add('good')).resolves.toBeUndefined();
  });

  it('limits the number of items in one write', async () => {
    const sizes: number[] = [];
    const writer = new BatchWriter<number>(async (items) => void sizes.push(items.length), 2);
    await Promise.all([1, 2, 3, 4, 5].map((item) => writer.add(item)));
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('does not write items that were given up before their turn', async () => {
    const batches: number[][] = [];
    let release = () => {};
    const writer = new BatchWriter<number>(async (items) => {
      batches.push(items);
      if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve));
    });
    const first = writer.add(1);
    await Promise.resolve();
    await Promise.resolve();
    await expect(impatiently(() => writer.add(2))).rejects.toThrow(OutOfPatience);
    const third = writer.add(3);
    release();
    await Promise.all([first, third]);
    expect(batches).toEqual([[1], [3]]);
  });

  it('gives each write a separate patience', async () => {
    const seen: (Patience | undefined)[] = [];
    const writer = new BatchWriter<number>(() => Promise.resolve(seen.push(currentContext()?.patience)));
    const own = await impatiently(async () => {
      await writer.add(1).catch(() => undefined);
      return currentContext()?.patience;
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.leftMs).toBeGreaterThan(0);
    expect(seen[0]).not.toBe(own);
  });
});
