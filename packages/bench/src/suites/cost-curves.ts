import type pg from 'pg';
import type { Work } from '../compare.js';
import type { Platform } from '../setting/platform.js';
import { runBatch } from '../setting/work.js';

/** Small batches are repeated until this many operations are done. */
const AT_LEAST = 50;
const OPERATIONS = 500;
const MOST_AT_ONCE = 100;

/** Operations a second, by the size of the batch. */
export function overBatchSize(platform: Platform, pool: pg.Pool): Work {
  return {
    id: 'over-batch-size',
    title: `Operations that do nothing, by the size of their batch (parallel_limit ${MOST_AT_ONCE}, one worker)`,
    unit: 'operations/s',
    better: 'more',
    contenders: each([1, 10, 100, 1_000], 'a batch of', (operations) =>
      rateOf(platform, pool, operations, MOST_AT_ONCE),
    ),
  };
}

/** Operations a second, by the number that may run at once. */
export function overParallelLimit(platform: Platform, pool: pg.Pool): Work {
  return {
    id: 'over-parallel-limit',
    title: `Operations that do nothing, by parallel_limit (a batch of ${OPERATIONS}, one worker of 16 slots)`,
    unit: 'operations/s',
    better: 'more',
    contenders: each([1, 4, 16, MOST_AT_ONCE], 'parallel_limit', (limit) =>
      rateOf(platform, pool, OPERATIONS, limit),
    ),
  };
}

function each(
  values: readonly [number, ...number[]],
  what: string,
  measure: (value: number) => Promise<number>,
): Work['contenders'] {
  const of = (value: number) => ({
    name: `${what} ${value.toLocaleString('en-US')}`,
    measure: () => measure(value),
  });
  const [first, ...others] = values;
  return [of(first), ...others.map(of)];
}

async function rateOf(
  platform: Platform,
  pool: pg.Pool,
  operations: number,
  parallelLimit: number,
): Promise<number> {
  let done = 0;
  let seconds = 0;
  while (done < AT_LEAST) {
    seconds += await runBatch(platform, pool, { operations, parallelLimit });
    done += operations;
  }
  return done / seconds;
}
